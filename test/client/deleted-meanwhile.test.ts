import { afterEach, describe, expect, it } from "vitest";
import { LIMITS } from "../../lambda/core/limits.ts";
import { event, TerminalError, workflow } from "../../lambda/index.ts";
import { World } from "../../lambda/testing/world.ts";

/** Text that no compression makes fit an item. */
const LARGE = Array.from({ length: 60_000 }, (_, index) => index * 7_919).join(" ");
const flow = workflow("flow", {}, async (ctx, _: { text: string }) => {
  await ctx.step("large", () => LARGE);
  throw new TerminalError("no");
});

const note = event<number>("note");
/** Draws a token that it never waits for, and ends when it is told. */
const noted = workflow("noted", {}, async (ctx) => {
  const { token } = await ctx.token("approval");
  await ctx.step("tell", () => void tokens.push(token));
  await ctx.waitFor(event("stop"));
});
const tokens: string[] = [];

let world: World;
afterEach(() => world.end());

let isArmed = false;
/** A world whose run is deleted when, once armed, the first part of a value is asked for. */
async function open() {
  isArmed = false;
  tokens.length = 0;
  world = await World.create({
    workflows: [flow, noted],
    bystanderFault: (action, body) => {
      if (!isArmed || action !== "GetItem" || !body.includes('"PART#')) return undefined;
      isArmed = false;
      return { when: "before", others: () => world.savepoint.get("run").delete() };
    },
  });
  world.begin();
}

/** A run that has failed, whose values are in parts. */
async function failed() {
  await open();
  const run = await world.until(world.savepoint.start(flow, { text: LARGE }, { id: "run" }));
  await world.until(run.result().catch(() => undefined));
  isArmed = true;
  return run;
}

/** A run that has ended with more messages than its META holds. */
async function full() {
  await open();
  const run = await world.until(world.savepoint.start(noted, undefined, { id: "run" }));
  for (let n = 0; n <= LIMITS.spillAbove; n += 1) await world.until(run.send(note, n));
  await world.pass(2_000);
  expect((await world.until(world.store.readRun("run")))?.spilled).toHaveLength(1);
  await world.until(run.send(event("stop"), undefined));
  await world.until(run.result());
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

  it("is sent nothing: there is none", async () => {
    const run = await full();
    await expect(world.until(run.send(note, 1, { idempotencyKey: "once" }))).rejects.toMatchObject({
      code: "run_not_found",
    });
    expect(isArmed).toBe(false);
  });

  it("has no token that can be completed", async () => {
    await full();
    await expect(
      world.until(world.savepoint.completeToken(tokens[0] ?? "", 1)),
    ).rejects.toMatchObject({ code: "token_invalid" });
    expect(isArmed).toBe(false);
  });
});
