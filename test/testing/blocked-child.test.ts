import { describe, expect, it } from "vitest";
import {
  type Context,
  NonDeterminismError,
  WaitTimeoutError,
  workflow,
  WorkflowNotFoundError,
} from "../../lambda/index.ts";
import { createTestEngine } from "../../lambda/testing/index.ts";

const charge = async (): Promise<string> => "charged for real";
const order = workflow("order", {}, async (ctx: Context, _: { cents: number }) =>
  ctx.step("charge", charge),
);
const parent = workflow("parent", {}, async (ctx: Context, cents: number) =>
  ctx.parallel("both", {
    order: (branch) => branch.run(order, { cents }),
    own: (branch) => branch.step("charge", charge),
  }),
);
const once = workflow("once", {}, async (ctx: Context, _: undefined) => ctx.step("work", charge));

describe("a run that waits for a blocked one, in the engine for tests", () => {
  it("says at once which child is blocked when the run that is awaited waits for it", async () => {
    const engine = await createTestEngine({ workflows: [parent, once] });
    const began = engine.now();
    const failed = engine.run(parent, 7, { id: "p" });
    await expect(failed).rejects.toThrow(WorkflowNotFoundError);
    await expect(failed).rejects.toThrow(
      /run "p" waits for "p~1~both@order@order", .* workflow "order".* workflows of createTestEngine/,
    );
    expect(engine.now() - began).toBeLessThan(60_000);
    expect(await engine.savepoint.get("p").wait({ timeout: "1h" })).toMatchObject({
      status: "waiting",
    });
    expect(await engine.run(once, undefined)).toBe("charged for real");
  });

  it("says why a child of a child is blocked, and bears with blocked runs that nobody waits for", async () => {
    const changed = { isNow: false };
    const inner = workflow("inner", {}, async (ctx: Context, _: undefined) => {
      await ctx.step(changed.isNow ? "other" : "work", charge);
      await ctx.sleep("rest", "1h");
    });
    const middle = workflow("middle", {}, async (ctx: Context, _: undefined) => {
      await ctx.run(inner, undefined);
    });
    const outer = workflow("outer", {}, async (ctx: Context, _: undefined) => {
      await ctx.run(middle, undefined);
    });
    const starts = workflow("starts", {}, async (ctx: Context, _: undefined) => {
      await ctx.start(order, { cents: 1 });
      await ctx.sleep("rest", "1h");
      return "done";
    });
    const engine = await createTestEngine({ workflows: [inner, middle, outer, starts] });
    const run = await engine.start(outer, undefined, { id: "o" });
    await expect(run.result({ timeout: "1m" })).rejects.toThrow(WaitTimeoutError);
    changed.isNow = true;
    const failed = run.result();
    await expect(failed).rejects.toThrow(NonDeterminismError);
    await expect(failed).rejects.toThrow(
      /run "o" waits for "o~1~middle~1~inner", .* blocked: .*work/,
    );
    expect(await engine.run(starts, undefined)).toBe("done");
  });
});
