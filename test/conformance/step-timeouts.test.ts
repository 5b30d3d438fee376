import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  RetriesExhaustedError,
  RunTimeoutError,
  StepTimeoutError,
  workflow,
} from "../../lambda/index.ts";
import { outcome } from "../engine/outcome.ts";
import { openWorld, play, REPLAYING, rest } from "./stage.ts";

const RETRY = { attempts: 3, delay: 10 };
const endless = () => new Promise<never>(() => undefined);

describe("the timeout of an attempt", () => {
  it("18. is followed by another attempt, which may succeed", async () => {
    const { output, history } = await play((ctx) =>
      ctx.step("work", { timeout: "2s", retry: RETRY }, ({ attempt }) =>
        attempt < 3 ? endless() : "in time",
      ),
    );
    expect(output).toBe("in time");
    expect(history).toMatchObject([
      { attempts: 3, errors: [{ name: "StepTimeoutError" }, { name: "StepTimeoutError" }] },
    ]);
  });

  it("18. uses up the retries like any other error", async () => {
    const { output } = await play((ctx) =>
      ctx.step("work", { timeout: "2s", retry: RETRY }, endless),
    );
    expect(output).toBeInstanceOf(RetriesExhaustedError);
    expect((output as RetriesExhaustedError).cause).toBeInstanceOf(StepTimeoutError);
    expect((output as RetriesExhaustedError).errors).toHaveLength(3);
  });

  it("18. is the step's error when there are no retries", async () => {
    const { output, history } = await play((ctx) =>
      ctx.step("work", { timeout: "2s", retry: { attempts: 1 } }, endless),
    );
    expect(output).toBeInstanceOf(StepTimeoutError);
    expect((output as Error).message).toContain("2000 ms");
    const { startedAt = 0, endedAt = 0 } = history[0] ?? {};
    expect(endedAt - startedAt).toBe(2_000);
  });

  it("19. leaves a step alone that is faster", async () => {
    const told: unknown[] = [];
    const { output, history } = await play(async (ctx, world) => {
      const value = await ctx.step("fast", { timeout: "2s" }, async ({ signal }) => {
        signal.addEventListener("abort", () => told.push(signal.reason));
        await rest(world, 1_900);
        return "in time";
      });
      await ctx.sleep("until the timeout would be over", "1m");
      return value;
    });
    expect(output).toBe("in time");
    expect(told).toEqual([]);
    expect(history[0]).toMatchObject({ attempts: 1, errors: [] });
  });

  it("19. is not there by default: a step may take minutes, and its signal is left alone", async () => {
    const { output } = await play((ctx, world) =>
      ctx.step("slow", async ({ signal }) => {
        await rest(world, 10 * 60_000);
        return signal.aborted;
      }),
    );
    expect(output).toBe(false);
  });

  it("19. gives each attempt a signal of its own", async () => {
    const signals: AbortSignal[] = [];
    const { output } = await play((ctx) =>
      ctx.step("work", { timeout: "2s", retry: RETRY }, ({ attempt, signal }) => {
        signals.push(signal);
        return attempt < 2 ? endless() : signal.aborted;
      }),
    );
    expect(output).toBe(false);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    expect(signals[0]?.reason).toBeInstanceOf(StepTimeoutError);
  });
});

describe("the signal of a step that fetches", () => {
  let server: Server;
  beforeAll(async () => {
    // It never answers.
    server = createServer(() => undefined).listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it("19. ends the request at the timeout", async () => {
    const ends: unknown[] = [];
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { output } = await play((ctx) =>
      ctx.step("fetch", { timeout: "2s", retry: { attempts: 1 } }, async ({ signal }) => {
        const answered = fetch(url, { signal });
        answered.catch((error: unknown) => ends.push(error));
        return (await answered).status;
      }),
    );
    expect(output).toBeInstanceOf(StepTimeoutError);
    expect(ends).toEqual([expect.any(StepTimeoutError)]);
  });
});

it.each<[string, () => Promise<unknown>]>([
  ["resolves", () => Promise.resolve("late")],
  ["rejects", () => Promise.reject(new Error("late"))],
])("20. an abandoned attempt that %s later is discarded, and told to nobody", async (_, end) => {
  const unhandled: unknown[] = [];
  const note = (error: unknown) => void unhandled.push(error);
  process.on("unhandledRejection", note);
  const ended: number[] = [];
  const { output, history } = await play(async (ctx, world) => {
    const value = await ctx.step(
      "work",
      { timeout: "2s", retry: { attempts: 2, delay: 1 } },
      async ({ attempt }) => {
        if (attempt === 2) return "second";
        await rest(world, 20_000);
        ended.push(attempt);
        return end();
      },
    );
    await ctx.step("outlast it", () => rest(world, 60_000));
    return value;
  });
  process.off("unhandledRejection", note);
  expect(ended).toEqual([1]);
  expect(output).toBe("second");
  expect(history[0]).toMatchObject({ attempts: 2, errors: [{ name: "StepTimeoutError" }] });
  const { startedAt = 0, errors = [] } = history[0] ?? {};
  expect((errors[0]?.at ?? 0) - startedAt).toBe(2_000);
  expect(unhandled).toEqual([]);
});

it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, "soon" as "1s", null as unknown as 1])(
  "21. a step with a timeout of %s is refused where it is asked, and its body is not entered",
  async (timeout) => {
    let entered = 0;
    const { output, history } = await play((ctx) =>
      ctx.step("odd", { timeout }, () => (entered += 1)),
    );
    expect(output).toMatchObject({ code: "invalid_argument" });
    expect((output as Error).message).toContain(String(timeout));
    expect(entered).toBe(0);
    expect(history).toEqual([]);
  },
);

it("22. the run's timeout comes before a longer one of a step, and is no failed attempt", async () => {
  const reasons: unknown[] = [];
  const flow = workflow("flow", {}, (ctx) =>
    ctx.step("work", { timeout: "5m" }, ({ signal }) => {
      signal.addEventListener("abort", () => reasons.push(signal.reason));
      return endless();
    }),
  );
  const world = await openWorld([flow], REPLAYING);
  const startedAt = world.clock.now();
  const run = await world.until(
    world.savepoint.start(flow, undefined, { id: "run", timeout: "20s" }),
  );
  expect(await outcome(world, run.result())).toBeInstanceOf(RunTimeoutError);
  expect(world.clock.now() - startedAt).toBeLessThan(32_000);
  expect(reasons).toEqual(["cancelled"]);
  expect(await world.until(run.status())).toBe("cancelled");
  const history = await world.until(run.history());
  expect(history.find(({ key }) => key === "work")?.errors ?? []).toEqual([]);
});
