import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TerminalError, workflow } from "../../lambda/index.ts";
import { World } from "../../lambda/testing/world.ts";

const leaf = workflow("leaf", {}, async (ctx) => {
  await ctx.step("work", () => "done");
});
const shared = workflow("shared", {}, async (ctx) => {
  await ctx.step("work", () => "done");
});
const slow = workflow("slow", {}, async (ctx) => ctx.sleep("long", "1h"));
const middle = workflow("middle", {}, async (ctx) => {
  await ctx.map("leaves", [1, 2], (branch) => branch.run(leaf, undefined));
});
const parent = workflow("parent", {}, async (ctx, { round }: { round: number }) => {
  await ctx.run(middle, undefined);
  await ctx.run(shared, undefined, { id: "shared" });
  if (round === 1) await ctx.continueAsNew({ round: 2 });
  await ctx.start(slow, undefined);
  throw new TerminalError("no");
});
const FAMILY = [
  "run~1~middle",
  "run~1~middle~1~leaves@0@leaf",
  "run~1~middle~1~leaves@1@leaf",
  "run~2~middle",
  "run~2~middle~1~leaves@0@leaf",
  "run~2~middle~1~leaves@1@leaf",
  "run~2~slow",
];

let world: World;
let deletions = 0;
/** From which deletion of an item on all are refused. */
let failAt = Number.POSITIVE_INFINITY;
beforeEach(async () => {
  const workflows = [leaf, shared, slow, middle, parent];
  failAt = Number.POSITIVE_INFINITY;
  deletions = 0;
  world = await World.create({
    workflows,
    bystanderFault: (action) => {
      if (action !== "DeleteItem") return undefined;
      deletions += 1;
      return deletions >= failAt ? { refuseWith: "AccessDeniedException" } : undefined;
    },
  });
  world.begin();
});
afterEach(() => world.end());

const ids = async () =>
  (await world.until(world.savepoint.list())).runs.map(({ id }) => id).toSorted();

describe("deleting a run with its children", () => {
  beforeEach(async () => {
    const run = await world.until(world.savepoint.start(parent, { round: 1 }, { id: "run" }));
    await world.until(run.result().catch(() => undefined));
  });

  it("is refused before anything is deleted while one of them goes on", async () => {
    const run = world.savepoint.get("run");
    await expect(world.until(run.delete({ children: true }))).rejects.toMatchObject({
      code: "run_conflict",
      message: expect.stringContaining('"run~2~slow", which is waiting') as string,
    });
    expect(await ids()).toEqual(["run", ...FAMILY, "shared"].toSorted());
  });

  it("deletes theirs, too, of every round, and no run of an id that a user gave", async () => {
    await world.pass(2 * 3_600_000);
    await world.until(world.savepoint.get("run").delete({ children: true }));
    expect(await ids()).toEqual(["shared"]);
  });

  it("goes on with those that are left when it has failed on the way, wherever that was", async () => {
    await world.pass(2 * 3_600_000);
    const run = world.savepoint.get("run");
    const left: number[] = [];
    for (let tries = 0; tries < 20 && (await ids()).includes("run"); tries += 1) {
      failAt = deletions + 4;
      const deleted = run.delete({ children: true });
      await world.until(deleted.catch(() => undefined));
      left.push((await ids()).length);
    }
    expect(new Set(left).size).toBeGreaterThan(4);
    expect(await ids()).toEqual(["shared"]);
  });

  it("is not what happens without being asked for", async () => {
    await world.until(world.savepoint.get("run").delete());
    expect(await ids()).toEqual([...FAMILY, "shared"].toSorted());
  });

  it("lets a run of the same id start anew, which meets the children where they were left", async () => {
    const startAgain = async (options: { readonly children: boolean }) => {
      await world.until(world.savepoint.get("run").delete(options));
      const run = await world.until(world.savepoint.start(parent, { round: 1 }, { id: "run" }));
      return world.until(run.result().catch((error: unknown) => error));
    };
    await world.pass(2 * 3_600_000);
    expect(await startAgain({ children: true })).toBeInstanceOf(TerminalError);
    await world.pass(2 * 3_600_000);
    expect(await startAgain({ children: false })).toMatchObject({
      code: "run_conflict",
      message: expect.stringContaining("run~1~middle") as string,
    });
  });
});

it("a run that has not finished is refused, and keeps its children", async () => {
  const waits = world.savepoint.start(slow, undefined, { id: "slow" });
  const run = await world.until(waits);
  await world.pass(5_000);
  await expect(world.until(run.delete({ children: true }))).rejects.toMatchObject({
    message: expect.stringContaining("only a run that has finished") as string,
  });
});

it("a run under the id of one that was deleted without its children is told why it meets them", async () => {
  const run = await world.until(world.savepoint.start(parent, { round: 2 }, { id: "run" }));
  await world.until(run.result().catch(() => undefined));
  await world.until(run.delete());
  const again = await world.until(world.savepoint.start(parent, { round: 2 }, { id: "run" }));
  await expect(world.until(again.result())).rejects.toThrow(
    /the child of an earlier run "run", which was deleted without its children; delete it/,
  );
});
