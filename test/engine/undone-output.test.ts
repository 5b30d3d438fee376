import { afterEach, beforeEach, expect, it } from "vitest";
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

it("a run that is being undone for its output is blocked under code to which that output is fine", async () => {
  let version = 1;
  world = await World.create({
    workflows: [unfit],
    code: () => `code-${version}`,
    fault: (_, action, body) => {
      if (version === 2 || action !== "PutItem" || !body.includes("@rollback/hotel")) return;
      version = 2;
      isMended = true;
      return "crash-after";
    },
  });
  world.begin();
  const run = await world.until(world.savepoint.start(unfit, undefined, { id: "run" }));
  await world.pass(60_000);
  expect(await world.until(run.status())).toBe("blocked");
  expect(undone).toEqual(["hotel"]);
});
