import { describe, expect, it } from "vitest";
import {
  type Context,
  event,
  NonDeterminismError,
  RetriesExhaustedError,
  RunNotFoundError,
  StepTimeoutError,
  WaitTimeoutError,
  workflow,
} from "../../lambda/index.ts";
import { createTestEngine } from "../../lambda/testing/index.ts";

const DAY_MS = 86_400_000;
const answer = event<string>("answer");

const charge = async (): Promise<string> => "charged for real";
const refund = async (_: string): Promise<void> => undefined;

const order = workflow("order", {}, async (ctx: Context, { cents }: { cents: number }) => {
  const id = await ctx.step("charge", { rollback: (made) => refund(made) }, charge);
  await ctx.sleep("cool off", "3d");
  const said = await ctx.waitFor(answer, { timeout: "1d" });
  const sent = await ctx.map("parcels", ["a", "b"], (branch, parcel) =>
    branch.step("send", () => `sent ${parcel}`),
  );
  return { id, cents, said, sent };
});
const parent = workflow("parent", {}, async (ctx: Context, cents: number) =>
  ctx.parallel("both", {
    order: (branch) => branch.run(order, { cents }),
    own: (branch) => branch.step("charge", charge),
  }),
);
const once = workflow("once", {}, async (ctx: Context, _: undefined) => ctx.step("work", charge));

describe("the engine for tests", () => {
  it("skips the time that a run sleeps, and tells the virtual time", async () => {
    const engine = await createTestEngine({ workflows: [order], start: new Date(DAY_MS) });
    // A day by the minute, or by the polls of a client, would take longer than a test may.
    expect(await engine.run(order, { cents: 5 })).toEqual({
      id: "charged for real",
      cents: 5,
      said: undefined,
      sent: ["sent a", "sent b"],
    });
    expect(engine.now()).toBeGreaterThanOrEqual(5 * DAY_MS);
    expect(engine.now()).toBeLessThan(5 * DAY_MS + 60_000);
  });

  it("advances as far as it is told, with everything that is due by then", async () => {
    const engine = await createTestEngine({ workflows: [order] });
    const run = await engine.start(order, { cents: 5 }, { id: "order-1" });
    const began = engine.now();
    await engine.advance("2d");
    expect(engine.now() - began).toBe(2 * DAY_MS);
    expect((await run.history()).map(({ key }) => key)).toEqual(["charge", "cool off"]);
    await engine.advance("1d");
    expect((await run.history()).map(({ key }) => key)).toContain("answer");
    await run.send(answer, "yes");
    expect(await run.result()).toMatchObject({ said: "yes" });
    expect(engine.now() - began).toBeLessThan(3 * DAY_MS + 120_000);
  });

  it("lets time stand still while nobody waits, and takes several who wait at once", async () => {
    const engine = await createTestEngine({ workflows: [order, once] });
    const began = engine.now();
    const run = await engine.start(order, { cents: 5 });
    await new Promise((resolve) => setImmediate(resolve));
    expect(engine.now()).toBe(began);
    const both = await Promise.all([run.result(), engine.run(once, undefined)]);
    expect(both).toMatchObject([{ cents: 5 }, "charged for real"]);
  });

  it("puts a mock in place of a step of a name, in one workflow or in all", async () => {
    const engine = await createTestEngine({ workflows: [order, parent] });
    const all = engine.mock("charge", async ({ attempt }) => `mocked ${attempt}`);
    const own = engine.mock("charge", (_, original) => original(), { workflow: parent });
    engine.mock("send", () => "mocked");
    const output = await engine.run(parent, 7, { id: "p" });
    expect(output).toMatchObject({
      own: "charged for real",
      order: { id: "mocked 1", sent: ["mocked", "mocked"] },
    });
    expect(all.calls).toMatchObject([{ workflow: "order", runId: "p~1~both@order@order" }]);
    expect(own.calls).toMatchObject([{ workflow: "parent", runId: "p" }]);
    expect(engine.calls("charge")).toHaveLength(2);
    expect(engine.calls("charge", { workflow: "order" })).toEqual(all.calls);
    expect(engine.calls()).toHaveLength(4);
    all.restore();
    expect(await engine.run(order, { cents: 1 })).toMatchObject({ id: "charged for real" });
  });

  it("retries a mock that fails, with one idempotency key, and rolls back with another mock", async () => {
    const engine = await createTestEngine({ workflows: [order] });
    const send = engine.mock("send", () => {
      throw new Error("the road is closed");
    });
    const undone = engine.mock("@rollback/charge", () => undefined);
    await expect(engine.run(order, { cents: 1 })).rejects.toThrow(RetriesExhaustedError);
    const keys = new Set(send.calls.map(({ idempotencyKey }) => idempotencyKey));
    expect([send.calls.length > 2, keys.size]).toEqual([true, 2]);
    expect(undone.calls).toMatchObject([{ attempt: 1 }]);
  });

  it("gives bodies real time, and virtual time where they ask for it", async () => {
    const slow = workflow("slow", {}, async (ctx: Context, how: "real" | "virtual") =>
      ctx.step("work", { timeout: "20s", retry: { attempts: 1 } }, async () => {
        if (how === "real") await new Promise((resolve) => setTimeout(resolve, 100));
        else await engine.sleep("1m");
        return how;
      }),
    );
    const engine = await createTestEngine({ workflows: [slow], patience: "1h" });
    const began = engine.now();
    expect(await engine.run(slow, "real")).toBe("real");
    expect(engine.now() - began).toBeLessThan(5_000);
    await expect(engine.run(slow, "virtual")).rejects.toThrow(StepTimeoutError);
    expect(engine.now() - began).toBeGreaterThanOrEqual(20_000);
  });

  it("lets virtual time go on without a body that takes too long", async () => {
    const engine = await createTestEngine({ workflows: [once], patience: "20ms" });
    engine.mock("work", () => new Promise(() => undefined));
    await expect(engine.run(once, undefined, { timeout: "1h" })).rejects.toThrow(
      /did not end within an invocation/,
    );
  });

  it("crashes before the body of a step, which then runs once", async () => {
    const engine = await createTestEngine({ workflows: [once] });
    engine.crashBefore("work");
    const run = await engine.start(once, undefined);
    expect(await run.result()).toBe("charged for real");
    expect(engine.calls("work")).toHaveLength(1);
    expect(await run.describe()).toMatchObject({ epoch: 2, recoveries: 1 });
  });

  it("crashes after the body of a step, which then runs again under the same key", async () => {
    const engine = await createTestEngine({ workflows: [once] });
    engine.crashAfter("work", { times: 2 });
    const run = await engine.start(once, undefined);
    expect(await run.result()).toBe("charged for real");
    expect(new Set(engine.calls("work").map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
    expect(engine.calls("work")).toHaveLength(3);
    expect(await run.describe()).toMatchObject({ epoch: 3, recoveries: 2 });
  });

  it("runs no other body in a process that has crashed", async () => {
    const both = workflow("both", {}, async (ctx: Context, _: undefined) =>
      Promise.all([ctx.step("first", charge), ctx.step("second", charge)]),
    );
    const engine = await createTestEngine({ workflows: [both] });
    engine.crashBefore("first");
    await engine.run(both, undefined);
    expect(engine.calls().map(({ step }) => step)).toEqual(["first", "second"]);
  });

  it("waits for a body that works while another one, abandoned, still sleeps", async () => {
    const slow = workflow("once", {}, async (ctx: Context, _: undefined) =>
      ctx.step("work", { timeout: "20s", retry: { attempts: 2, delay: 1_000 } }, () => 0),
    );
    const engine = await createTestEngine({ workflows: [slow] });
    engine.mock("work", async ({ attempt }) => {
      if (attempt === 1) await engine.sleep("3d");
      else await new Promise((resolve) => setTimeout(resolve, 50));
      return attempt;
    });
    expect(await engine.run(slow, undefined)).toBe(2);
  });

  it("waits once for a body that is abandoned, and not with each step after it", async () => {
    const many = workflow("many", {}, async (ctx: Context, _: undefined) => {
      const options = { timeout: "20s", retry: { attempts: 1 } } as const;
      await ctx.step("stuck", options, () => new Promise<void>(() => undefined)).catch(() => 0);
      for (let step = 0; step < 20; step += 1) {
        await ctx.step("quick", charge);
        await ctx.sleep("rest", "1h");
      }
    });
    // With each step it would take longer than a test may.
    const engine = await createTestEngine({ workflows: [many], patience: "4s" });
    expect(await engine.run(many, undefined)).toBeUndefined();
  });

  it("says what became of a run that does not end in time, of one that blocks and of none", async () => {
    const changed = { isNow: false };
    const shifty = workflow("shifty", {}, async (ctx: Context, _: undefined) => {
      await ctx.step(changed.isNow ? "other" : "work", charge);
      await ctx.sleep("rest", "1h");
    });
    const engine = await createTestEngine({ workflows: [shifty], limit: "30d" });
    const run = await engine.start(shifty, undefined);
    await expect(run.result({ timeout: "1m" })).rejects.toThrow(WaitTimeoutError);
    changed.isNow = true;
    await expect(run.result()).rejects.toThrow(NonDeterminismError);
    expect(await run.wait({ timeout: "1h" })).toMatchObject({ status: "blocked" });
    await expect(engine.savepoint.get("none").result()).rejects.toThrow(RunNotFoundError);
    const waits = workflow("waits", {}, async (ctx: Context, _: undefined) => ctx.waitFor(answer));
    const other = await createTestEngine({ workflows: [waits], limit: "30d" });
    await expect(other.run(waits, undefined)).rejects.toThrow(
      /does not end within .* waiting, at wait "answer"/,
    );
  });

  it("cancels through the ordinary client, and keeps what is logged", async () => {
    const logs = workflow("logs", {}, async (ctx: Context, _: undefined) => {
      await ctx.step("work", charge);
      ctx.log.info("hello", { a: 1 });
      await ctx.sleep("rest", "1h");
    });
    const engine = await createTestEngine({ workflows: [logs] });
    const run = await engine.start(logs, undefined, { id: "l" });
    await engine.advance("1m");
    await run.cancel({ reason: "enough" });
    await expect(run.result()).rejects.toThrow(/enough/);
    expect(await engine.savepoint.list({ status: "cancelled" })).toMatchObject({
      runs: [{ id: "l" }],
    });
    expect(
      await engine.savepoint.bulk("delete", { status: "cancelled" }, { dryRun: true }),
    ).toMatchObject({ matched: 1, done: 0 });
    expect(engine.logs).toContainEqual({
      level: "info",
      message: "hello",
      fields: expect.objectContaining({ a: 1, run: "l" }) as unknown,
    });
  });

  it("says at its close which crash has never come, and what was called instead", async () => {
    const engine = await createTestEngine({ workflows: [once, order] });
    engine.crashAfter("work", { times: 2 });
    engine.crashBefore("wrok");
    engine.crashAfter("work", { workflow: order });
    expect(await engine.run(once, undefined)).toBe("charged for real");
    const run = await engine.start(order, { cents: 1 });
    await expect(engine.close()).rejects.toThrow(
      'crashes have not come: before step "wrok", after step "work" of workflow "order"; steps that were called: work',
    );
    // It is closed for all that, and has said so once.
    await expect(run.result()).rejects.toThrow(/closed/);
    await engine.close();
  });

  it("tells at its close of crashes of which only some came, and bears with a mock that was for nothing", async () => {
    const engine = await createTestEngine({ workflows: [once] });
    engine.crashBefore("work", { times: 5 });
    const unused = engine.mock("refund", () => undefined);
    // Of the five, four end it.
    await expect(engine.run(once, undefined)).rejects.toThrow("makes no progress");
    await expect(engine.close()).rejects.toThrow('before step "work" (4 of 5 have)');
    expect(unused.calls).toEqual([]);
  });

  it("gives the same ids for the same seed, and rejects what waits when it is closed", async () => {
    const ids = await Promise.all(
      [1, 1, 2].map(async (seed) => {
        const engine = await createTestEngine({ workflows: [once], seed });
        return (await engine.start(once, undefined)).id;
      }),
    );
    expect([ids[0] === ids[1], ids[0] === ids[2]]).toEqual([true, false]);
    await expect(createTestEngine({ workflows: [once, once] })).rejects.toThrow(/named "once"/);
    const start = new Date("soon");
    await expect(createTestEngine({ workflows: [], start })).rejects.toThrow(/start is Invalid/);
    const engine = await createTestEngine({ workflows: [order] });
    const run = await engine.start(order, { cents: 1 });
    await engine.close();
    await expect(run.result()).rejects.toThrow(/closed/);
  });
});
