import { afterEach, expect, it } from "vitest";
import { CancelledError, workflow } from "../../lambda/index.ts";
import { World } from "../../lambda/testing/world.ts";
import { expectSoundEnd } from "./invariants.ts";

let world: World;
afterEach(() => world.end());

it("a race that a cancel has rejected is not decided any more, so that the clean-up is replayed", async () => {
  const racing = workflow("racing", {}, async (ctx) => {
    try {
      await ctx.race("race", {
        sleep: (branch) => branch.sleep("long", "1h"),
        work: (branch) =>
          branch.step("work", () => new Promise<void>((done) => world.clock.after(40_000, done))),
      });
    } finally {
      await ctx.sleep("settling", "10m");
      await ctx.step("clean", () => "clean");
    }
  });
  world = await World.create({ workflows: [racing] });
  world.begin();
  const run = await world.until(world.savepoint.start(racing, undefined, { id: "run" }));
  await world.pass(5_000);
  await world.until(run.cancel());
  await world.pass(15 * 60_000);
  expect(await world.until(run.status())).toBe("cancelled");
  expect(await world.until(run.result().catch((error: unknown) => error))).toBeInstanceOf(
    CancelledError,
  );
  const history = await world.until(run.history());
  expect(history.find(({ key }) => key === "race")).toBeUndefined();
  await expectSoundEnd(world);
});

it("a question whether the code follows a change is no part of what a cancel rejects", async () => {
  const changed = workflow("changed", {}, async (ctx) => {
    await ctx.step("first", () => "first");
    const isNew = await ctx.patched("change");
    await ctx.sleep("rest", "1h");
    return isNew;
  });
  let isCancelled = false;
  world = await World.create({
    workflows: [changed],
    settings: { operationsPerInvocation: 1 },
    // The request comes while the second invocation reads the history.
    fault: (_, action) => {
      if (action !== "UpdateItem" || isCancelled || world.invocations < 2) return undefined;
      isCancelled = true;
      return { when: "before", others: () => world.savepoint.get("run").cancel() };
    },
  });
  world.begin();
  const run = await world.until(world.savepoint.start(changed, undefined, { id: "run" }));
  await world.pass(15 * 60_000);
  expect(isCancelled).toBe(true);
  expect(await world.until(run.status())).toBe("cancelled");
  await expectSoundEnd(world);
});

it("a cancel that comes at the finish is delivered although a record came after the code's end", async () => {
  const rest = (ms: number) => new Promise<void>((done) => void world.clock.after(ms, done));
  const undone: string[] = [];
  const leaving = workflow("leaving", {}, async (ctx) => {
    const rollback = () => void undone.push("quick");
    ctx.step("slow", () => rest(6)).catch(() => undefined);
    await ctx.step("quick", { rollback }, () => rest(5));
  });
  let isCancelled = false;
  world = await World.create({
    workflows: [leaving],
    fault: (_, action, body) => {
      if (action === "PutItem" && body.includes('"OP#quick"')) return { pauseMs: 3 };
      if (action === "PutItem" && body.includes('"OP#slow"')) return { pauseMs: 50 };
      if (isCancelled || !body.includes("#finishedAt = :now")) return undefined;
      isCancelled = true;
      return { when: "before", others: () => world.savepoint.get("run").cancel() };
    },
  });
  world.begin();
  const run = await world.until(world.savepoint.start(leaving, undefined, { id: "run" }));
  await world.pass(5 * 60_000);
  expect(isCancelled).toBe(true);
  expect(await world.until(run.status())).toBe("cancelled");
  expect(undone).toEqual(["quick"]);
  await expectSoundEnd(world);
});
