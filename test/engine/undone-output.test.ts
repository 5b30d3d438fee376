import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { type Context, type Workflow, workflow } from "../../lambda/index.ts";
import { World, type WorldOptions } from "../../lambda/testing/world.ts";
import { expectSoundEnd } from "./invariants.ts";

let undone: string[];
let isMended: boolean;
let isOver: boolean;
let world: World;
beforeEach(() => {
  undone = [];
  isMended = false;
  isOver = false;
});
afterEach(() => world.end());

/** Books a flight and a hotel; a step nobody waits for is not in the way. */
async function book(ctx: Context): Promise<unknown> {
  await ctx.step("flight", { rollback: () => undone.push("flight") }, () => 1);
  await ctx.step("hotel", { rollback: () => undone.push("hotel") }, () => 1);
  return { nights: -1 };
}
const Nights = z.object({ nights: z.number().refine((n) => isMended || n > 0) });
const unfit = workflow("unfit", { output: Nights }, book);
const unrecordable = workflow("unrecordable", {}, async (ctx: Context) => {
  await book(ctx);
  return () => 1;
});
const slow = workflow("slow", { output: Nights.refine(() => tick().then(() => true)) }, book);
/** Takes its time; in a replay, which has a clock of its own, none. */
const tick = async () => {
  if (!isOver) await new Promise<void>((resolve) => void world.clock.after(5_000, resolve));
};

async function ended(flow: Workflow, options: Partial<WorldOptions> = {}) {
  world = await World.create({ workflows: [flow], ...options });
  const error = await world.run(flow, undefined).catch((thrown: unknown) => thrown);
  await world.pass(60_000);
  isOver = true;
  return { error, status: await world.until(world.savepoint.get("run").status()) };
}

it.each([
  ["does not fit its schema", unfit, "validation"],
  ["cannot be recorded", unrecordable, "value_not_serializable"],
  ["does not fit a schema that takes its time", slow, "validation"],
])("a run whose output %s is undone, the last step first", async (_, flow, code) => {
  const { error, status } = await ended(flow);
  expect(error).toMatchObject({ code });
  expect({ status, undone }).toEqual({ status: "failed", undone: ["hotel", "flight"] });
  await expectSoundEnd(world);
});

it.each(["crash-before", "crash-after"] as const)(
  "a run whose output does not fit is undone with a %s of any write",
  async (when) => {
    for (let crashAt = 1, writes = 1; crashAt <= writes; crashAt += 1) {
      undone = [];
      writes = 0;
      isOver = false;
      const { error } = await ended(unfit, {
        fault: (_, action) => {
          if (action === "Query" || action === "GetItem") return undefined;
          writes += 1;
          return writes === crashAt ? when : undefined;
        },
      });
      expect(error).toMatchObject({ code: "validation" });
      expect([...new Set(undone)]).toEqual(["hotel", "flight"]);
      await expectSoundEnd(world);
      expect(writes).toBeGreaterThan(5);
      if (crashAt < writes) await world.end();
    }
  },
);

it.each([
  ["recorded", '"s":{"S":"done"}', ["hotel"]],
  ["begun", '"s":{"S":"pending"}', []],
])(
  "a run of which a rollback is %s is blocked under code to which its output is fine",
  async (_, state, done) => {
    let version = 1;
    world = await World.create({
      workflows: [unfit],
      code: () => `code-${version}`,
      fault: (_, action, body) => {
        if (version === 2 || action !== "PutItem" || !body.includes("@rollback/hotel")) return;
        if (!body.includes(state)) return;
        version = 2;
        isMended = true;
        return "crash-after";
      },
    });
    world.begin();
    const run = await world.until(world.savepoint.start(unfit, undefined, { id: "run" }));
    await world.pass(60_000);
    expect(await world.until(run.status())).toBe("blocked");
    expect(undone).toEqual(done);
  },
);

describe("a run that is undone for its output, and is to end meanwhile", () => {
  /** One that takes its time over each rollback, and whose first one fails at first, so that the run parks. */
  const lengthy = (isFailing: boolean) => {
    let failures = 0;
    return workflow("lengthy", { output: Nights }, async (ctx: Context) => {
      for (const what of ["flight", "hotel"]) {
        const rollback = async () => {
          await tick();
          if (isFailing && (failures += 1) < 3) throw new Error("the hotel is closed");
          undone.push(what);
        };
        await ctx.step(what, { rollback }, () => 1);
      }
      return { nights: -1 };
    });
  };

  it.each(
    [false, true].flatMap((isFailing) =>
      [1_000, 4_000, 6_000, 8_000, 12_000].map((cancelAt) => ({ isFailing, cancelAt })),
    ),
  )("is undone all the same: %j", async ({ isFailing, cancelAt }) => {
    const flow = lengthy(isFailing);
    world = await World.create({ workflows: [flow] });
    world.begin();
    const run = await world.until(world.savepoint.start(flow, undefined, { id: "run" }));
    await world.pass(cancelAt);
    await world.until(run.cancel());
    const error = await world.until(run.result()).catch((thrown: unknown) => thrown);
    isOver = true;
    expect(error).toMatchObject({
      code: cancelAt < 10_000 || isFailing ? "cancelled" : "validation",
    });
    expect(undone).toEqual(["hotel", "flight"]);
    await expectSoundEnd(world);
  });

  it.each(["crash-before", "crash-after"] as const)(
    "is undone all the same after a %s at the first rollback's record",
    async (when) => {
      const flow = lengthy(false);
      let isHit = false;
      world = await World.create({
        workflows: [flow],
        fault: (_, action, body) => {
          if (isHit || action !== "PutItem" || !body.includes("@rollback/hotel")) return undefined;
          isHit = true;
          return when;
        },
      });
      world.begin();
      const run = await world.until(world.savepoint.start(flow, undefined, { id: "run" }));
      await world.pass(8_000);
      await world.until(run.cancel());
      await world.until(run.result()).catch(() => undefined);
      isOver = true;
      expect([...new Set(undone)]).toEqual(["hotel", "flight"]);
      expect(await world.until(run.status())).toBe("cancelled");
      await expectSoundEnd(world);
    },
  );

  it("is undone all the same at its deadline", async () => {
    const flow = lengthy(true);
    world = await World.create({ workflows: [flow] });
    world.begin();
    const options = { id: "run", timeout: "7s" } as const;
    const run = await world.until(world.savepoint.start(flow, undefined, options));
    const error = await world.until(run.result()).catch((thrown: unknown) => thrown);
    isOver = true;
    expect(error).toMatchObject({ code: "run_timeout" });
    expect(undone).toEqual(["hotel", "flight"]);
    await expectSoundEnd(world);
  });
});
