import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import {
  type Context,
  RunConflictError,
  RunNotFoundError,
  TerminalError,
  ValidationError,
  ValueTooLargeError,
  WaitTimeoutError,
  workflow,
} from "../../lambda/index.ts";
import { World } from "../../lambda/testing/world.ts";

const greet = workflow(
  "greet",
  { input: z.strictObject({ name: z.string().min(1), times: z.number().default(1) }) },
  async (ctx: Context, { name, times }) => ctx.step("greet", () => `hello ${name} `.repeat(times)),
);
const any = workflow("any", {}, async (_: Context, input: unknown) => input);
const fails = workflow("fails", {}, async () => {
  throw new RangeError("broken");
});
const sleeps = workflow("sleeps", {}, async (ctx: Context, _: undefined) =>
  ctx.sleep("long", "3m"),
);
const thrice = workflow("thrice", {}, async (ctx: Context, n: number) =>
  n < 3 ? ctx.continueAsNew(n + 1) : n,
);
const attaches = workflow("attaches", {}, async (ctx: Context, _: undefined) => {
  await ctx.run(fails, undefined).catch(() => {});
  const failing = (key: string, message: string) =>
    ctx
      .step(key, () => {
        throw new TerminalError(message);
      })
      .catch(() => {});
  await failing("read", "no such story");
  await failing("long", "m".repeat(400));
  await ctx.step("tell", () => 1);
});

let world: World;
beforeEach(async () => {
  world = await World.create({ workflows: [greet, any, fails, sleeps, thrice, attaches] });
});
afterEach(() => world.end());

const rejection = async (promise: Promise<unknown>): Promise<unknown> =>
  world.until(
    promise.then(
      () => "resolved",
      (error: unknown) => error,
    ),
  );
const count = async () => (await world.until(world.savepoint.list())).runs.length;

describe("starting a run", () => {
  it("gives a handle whose result is the workflow's output", async () => {
    expect(await world.run(greet, { name: "ada" })).toBe("hello ada ");
  });

  it("gives the workflow what the schema made of the input", async () => {
    expect(await world.run(greet, { name: "ada", times: 2 })).toBe("hello ada hello ada ");
  });

  it("joins the run that is there when workflow and input are the same", async () => {
    await world.run(any, { a: 1, b: 2 }, "same");
    const again = await world.until(world.savepoint.start(any, { b: 2, a: 1 }, { id: "same" }));
    expect(await world.until(again.result())).toEqual({ a: 1, b: 2 });
    expect(await count()).toBe(1);
  });

  it("is refused when the id belongs to a run with another input or workflow, and changes nothing", async () => {
    await world.run(any, 1, "taken");
    const before = await world.until(world.store.readRun("taken"));
    expect(await rejection(world.savepoint.start(any, 2, { id: "taken" }))).toBeInstanceOf(
      RunConflictError,
    );
    expect(await rejection(world.savepoint.start(fails, 1, { id: "taken" }))).toBeInstanceOf(
      RunConflictError,
    );
    expect(await world.until(world.store.readRun("taken"))).toEqual(before);
  });

  it("is refused with the place of each mistake when the input does not pass", async () => {
    const error = await rejection(world.savepoint.start(greet, { name: "" }, { id: "bad" }));
    expect(error).toBeInstanceOf(ValidationError);
    expect((error as ValidationError).issues).toMatchObject([{ path: "name" }]);
    expect(await count()).toBe(0);
  });

  it.each(["", "a b", "a/b", "a~b", "a@b", "x".repeat(201), "ü"])(
    "is refused with the id %j",
    async (id) => {
      expect(await rejection(world.savepoint.start(any, 1, { id }))).toMatchObject({
        code: "invalid_argument",
      });
      expect(await count()).toBe(0);
    },
  );

  it("is refused when the input is too large or cannot be recorded", async () => {
    const noise = Array.from({ length: 400_000 }, (_, i) => (i * 2_654_435_761) % 4_294_967_291);
    expect(await rejection(world.savepoint.start(any, noise))).toBeInstanceOf(ValueTooLargeError);
    expect(await rejection(world.savepoint.start(any, { f: () => 1 }))).toMatchObject({
      code: "value_not_serializable",
    });
    expect(await count()).toBe(0);
  });

  it("keeps a large input in parts and gives it back whole", async () => {
    const large = Array.from({ length: 60_000 }, (_, i) => (i * 2_654_435_761) % 4_294_967_291);
    expect(await world.run(any, large)).toEqual(large);
  });

  it("starts one run when it is done twice at once", async () => {
    const start = () => world.savepoint.start(any, 7, { id: "twice" });
    await world.until(Promise.all([start(), start(), start()]));
    world.begin();
    expect(await world.until(world.savepoint.get("twice").result())).toBe(7);
    expect((await world.until(world.savepoint.get("twice").describe())).epoch).toBe(1);
  });
});

describe("a handle", () => {
  it("throws what the run failed with, class and all", async () => {
    const error = await world.run(fails, undefined).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RangeError);
    const described = await world.until(world.savepoint.get("run").describe());
    expect(described).toMatchObject({ status: "failed", error: { message: "broken" } });
  });

  it("says that there is no such run", async () => {
    const run = world.savepoint.get("nobody");
    for (const ask of [
      () => run.status(),
      () => run.describe(),
      () => run.result(),
      () => run.history(),
    ]) {
      expect(await rejection(ask())).toBeInstanceOf(RunNotFoundError);
    }
  });

  it("stops waiting when its time is over, and the run goes on", async () => {
    world.begin();
    const run = await world.until(world.savepoint.start(sleeps, undefined, { id: "run" }));
    expect(await rejection(run.result({ timeout: "1m" }))).toBeInstanceOf(WaitTimeoutError);
    expect(await world.until(run.status())).toBe("waiting");
    expect(await world.until(run.result())).toBeUndefined();
  });

  it("stops waiting when told by a signal", async () => {
    const run = await world.until(world.savepoint.start(sleeps, undefined, { id: "run" }));
    const abort = new AbortController();
    const waiting = rejection(run.result({ signal: abort.signal }));
    abort.abort(new Error("enough"));
    expect(await waiting).toMatchObject({ message: "enough" });
  });

  it("tells in the history what each operation failed with, of whatever kind", async () => {
    await world.run(attaches, undefined);
    const history = await world.until(world.savepoint.get("run").history());
    expect(history).toMatchObject([
      {
        kind: "run",
        state: "failed",
        errors: [],
        error: { name: "RangeError", message: "broken" },
      },
      {
        kind: "step",
        state: "failed",
        errors: [{ message: "no such story" }],
        error: { name: "TerminalError", message: "no such story" },
      },
      { kind: "step", state: "failed", error: { name: "TerminalError" } },
      { kind: "step", state: "succeeded" },
    ]);
    expect(history[2]?.error?.message).toBe("m".repeat(300));
    expect(history[3]).not.toHaveProperty("error");
  });

  it("tells which round the run is in, as lists do", async () => {
    await world.run(thrice, 1);
    expect(await world.until(world.savepoint.get("run").describe())).toMatchObject({ round: 3 });
    expect((await world.until(world.savepoint.list())).runs).toMatchObject([{ round: 3 }]);
  });

  it("shows the history in the order of settlement", async () => {
    await world.run(greet, { name: "ada" });
    const [step] = await world.until(world.savepoint.get("run").history());
    expect(step).toMatchObject({
      key: "greet",
      kind: "step",
      state: "succeeded",
      attempts: 1,
      order: 1_000_001,
    });
  });
});

describe("listing runs", () => {
  const startAll = async (n: number) => {
    for (let i = 0; i < n; i += 1) {
      await world.until(world.savepoint.start(any, i, { id: `run-${String(i).padStart(3, "0")}` }));
      await world.pass(40_000 * 60);
    }
  };

  it("gives the newest first, over days, page by page without a gap or a repetition", async () => {
    await startAll(25);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await world.until(world.savepoint.list({ limit: 4, ...(cursor && { cursor }) }));
      expect(page.runs.length).toBeLessThanOrEqual(4);
      seen.push(...page.runs.map(({ id }) => id));
      cursor = page.next;
    } while (cursor);
    expect(seen).toEqual(
      Array.from({ length: 25 }, (_, i) => `run-${String(24 - i).padStart(3, "0")}`),
    );
  });

  it("filters by workflow, status and time", async () => {
    await world.run(any, 1, "one");
    await world.run(fails, undefined, "two").catch(() => undefined);
    const ids = async (options: Parameters<typeof world.savepoint.list>[0]) =>
      (await world.until(world.savepoint.list(options))).runs.map(({ id }) => id);
    expect(await ids({ workflow: "any" })).toEqual(["one"]);
    expect(await ids({ status: "failed" })).toEqual(["two"]);
    expect(await ids({ since: world.clock.now() + 1 })).toEqual([]);
    expect(await ids({ until: world.clock.now() - 3_600_000 })).toEqual([]);
  });

  it.each([
    { limit: 0 },
    { limit: 201 },
    { limit: 1.5 },
    { cursor: "nonsense" },
    { status: "odd" as "failed" },
  ])("refuses %j", async (options) => {
    expect(await rejection(world.savepoint.list(options))).toMatchObject({
      code: "invalid_argument",
    });
  });
});
