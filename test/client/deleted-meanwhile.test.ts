import { afterEach, describe, expect, it } from "vitest";
import { TerminalError, workflow } from "../../lambda/index.ts";
import { World } from "../../lambda/testing/world.ts";

/** Text that no compression makes fit an item. */
const LARGE = Array.from({ length: 60_000 }, (_, index) => index * 7_919).join(" ");
const flow = workflow("flow", {}, async (ctx, _: { text: string }) => {
  await ctx.step("large", () => LARGE);
  throw new TerminalError("no");
});

let world: World;
afterEach(() => world.end());

/** A run that has failed, whose values are in parts, and is deleted when the first of these is asked for. */
async function failed() {
  let isArmed = false;
  world = await World.create({
    workflows: [flow],
    bystanderFault: (action, body) => {
      if (!isArmed || action !== "GetItem" || !body.includes('"PART#')) return undefined;
      isArmed = false;
      return { when: "before", others: () => world.savepoint.get("run").delete() };
    },
  });
  world.begin();
  const run = await world.until(world.savepoint.start(flow, { text: LARGE }, { id: "run" }));
  await world.until(run.result().catch(() => undefined));
  isArmed = true;
  return run;
}

describe("a run that is deleted while its values are read", () => {
  it("is not resumed: there is none", async () => {
    const run = await failed();
    await expect(world.until(run.resume())).rejects.toMatchObject({ code: "run_not_found" });
  });

  it("is not forked: there is none", async () => {
    const run = await failed();
    await expect(world.until(run.fork({ id: "fork" }))).rejects.toMatchObject({
      code: "run_not_found",
    });
    expect(await world.until(world.store.readRun("fork"))).toBeUndefined();
  });
});
