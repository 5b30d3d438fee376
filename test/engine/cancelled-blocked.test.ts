import { afterEach, beforeEach, expect, it } from "vitest";
import { CancelledError, type Context, workflow } from "../../lambda/index.ts";
import { World, type WorldOptions } from "../../lambda/testing/world.ts";
import { rowOf } from "../sim/rows.ts";
import { expectSoundEnd } from "./invariants.ts";

const MINUTE = 60_000;

let version: number;
let undone: string[];
let world: World;
beforeEach(() => {
  version = 1;
  undone = [];
});
afterEach(() => world.end());

/** Books something, then waits an hour; its second version asks for something else first. */
const booking = workflow("booking", {}, async (ctx: Context) => {
  await ctx.step("book", { rollback: () => undone.push("book") }, () => 1);
  if (version === 2) await ctx.step("other", () => 1);
  await ctx.sleep("long", "1h");
});
const parent = workflow("parent", { version: "1" }, (ctx: Context) => ctx.run(booking, undefined));

async function started(of: typeof booking, options: Partial<WorldOptions> = {}) {
  world = await World.create({
    ...options,
    workflows: [booking, parent],
    code: () => `code-${version}`,
    workflowsOf: () => (version === 3 ? [parent] : [booking, parent]),
  });
  world.begin();
  const run = await world.until(world.savepoint.start(of, undefined, { id: "run" }));
  await world.pass(5_000);
  return run;
}
const statusOf = (id: string) => world.until(world.savepoint.get(id).status());

it.each([
  ["asks for something else", 2],
  ["has no such workflow", 3],
])(
  "a run that waits, and is cancelled when the code %s, ends although none takes it up",
  async (_, next) => {
    const run = await started(booking);
    version = next;
    await world.until(run.cancel({ reason: "enough" }));
    await world.pass(5_000);
    expect(await statusOf("run")).toBe("blocked");
    await world.pass(45 * MINUTE);
    expect(await statusOf("run")).toBe("cancelled");
    const error = await world.until(run.result()).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CancelledError);
    expect((error as Error).message).toContain("enough");
    expect(undone).toEqual([]);
    version = 1;
    await expectSoundEnd(world);
  },
);

it.each([1, 12])(
  "a cancelled run whose code no longer fits is undone by code that does, if that comes after %s minutes",
  async (minutes) => {
    const run = await started(booking);
    version = 2;
    await world.until(run.cancel());
    await world.pass(5_000);
    expect(await statusOf("run")).toBe("blocked");
    await world.pass(minutes * MINUTE);
    version = 4;
    await world.pass(15 * MINUTE);
    expect(await statusOf("run")).toBe("cancelled");
    expect(undone).toEqual(["book"]);
    await expectSoundEnd(world);
  },
);

it("the child of a cancelled run ends although no code takes it up", async () => {
  const run = await started(parent);
  version = 2;
  await world.until(run.cancel());
  await world.pass(MINUTE);
  expect([await statusOf("run"), await statusOf("run~1~booking")]).toEqual([
    "cancelled",
    "blocked",
  ]);
  await world.pass(45 * MINUTE);
  expect(await statusOf("run~1~booking")).toBe("cancelled");
  version = 1;
  await expectSoundEnd(world);
});

it.each(["crash-before", "crash-after", "lost-reply"] as const)(
  "a cancelled run that no code takes up ends, whoever waits for it is told, after a %s of the sweeper that ends it",
  async (fault) => {
    let ends = 0;
    const run = await started(parent, {
      bystanderFault: (action, body, { name }) =>
        name.startsWith("sweeper") && rowOf(action, body) === "terminate" && (ends += 1) === 1
          ? fault
          : undefined,
    });
    version = 2;
    const child = world.savepoint.get("run~1~booking");
    await world.until(child.cancel({ reason: "enough" }));
    await world.pass(60 * MINUTE);
    expect(ends).toBeGreaterThan(0);
    expect(await statusOf("run~1~booking")).toBe("cancelled");
    await expect(world.until(run.result())).rejects.toThrow(/enough/);
    version = 1;
    await expectSoundEnd(world);
  },
);
