import { afterEach, describe, expect, it } from "vitest";
import { CancelledError, type Context, workflow } from "../../lambda/index.ts";
import { World } from "../../lambda/testing/world.ts";
import { expectSoundEnd } from "./invariants.ts";

let world: World;
let log: string[] = [];
afterEach(async () => {
  await world.end();
  log = [];
});

const each = async (branch: Context, item: string): Promise<string> => {
  await branch.step("begin", () => log.push(item));
  await branch.sleep("rest", "1h");
  return item;
};
/** Goes on when single branches fail, and does as much again to clean up. */
const tolerant = workflow("tolerant", {}, async (ctx) => {
  const options = { concurrency: 2, tolerate: 3 };
  try {
    return await ctx.map("items", ["a", "b", "c"], options, each);
  } catch (error) {
    log.push((error as Error).name);
    const clean = (branch: Context, item: string) =>
      branch.step("clean", () => log.push(`clean ${item}`));
    return await ctx.map("clean", ["a", "b", "c"], options, clean);
  }
});
/** The same with branches that take no notice of a cancel. */
const deaf = workflow("deaf", {}, async (ctx) =>
  ctx.map("items", ["a", "b", "c"], { concurrency: 1, tolerate: 0 }, (branch, item) =>
    each(branch, item).catch(() => `${item} in spite of all`),
  ),
);

async function cancelled(work: typeof tolerant | typeof deaf): Promise<unknown> {
  world = await World.create({ workflows: [tolerant, deaf] });
  world.begin();
  const run = await world.until(world.savepoint.start(work as typeof tolerant, undefined));
  await world.pass(5_000);
  await world.until(run.cancel({ reason: "enough" }));
  return world.until(run.result().catch((error: unknown) => error));
}

describe("branches of a run that is cancelled", () => {
  it("are not started any more, however many may fail; those that clean up are", async () => {
    expect(await cancelled(tolerant)).toBeInstanceOf(CancelledError);
    expect(log.slice(0, 3)).toEqual(["a", "b", "CancelledError"]);
    expect(log.slice(3).toSorted()).toEqual(["clean a", "clean b", "clean c"]);
    await expectSoundEnd(world);
  });

  it("are not started any more when those under way take no notice", async () => {
    expect(await cancelled(deaf)).toMatchObject({ message: expect.stringContaining("enough") });
    expect(log).toEqual(["a"]);
    await expectSoundEnd(world);
  });
});
