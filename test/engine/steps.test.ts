import { afterEach, describe, expect, it } from "vitest";
import {
  type Context,
  RetriesExhaustedError,
  StepTimeoutError,
  StepTooLongError,
  TerminalError,
  ValueNotSerializableError,
  ValueTooLargeError,
  workflow,
  WrongContextError,
} from "../../lambda/index.ts";
import { World, type WorldOptions } from "../../lambda/testing/world.ts";

const worlds: World[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.end();
});

/** Plays one workflow function in a world of its own. */
async function play<T>(
  run: (ctx: Context, world: () => World) => Promise<T>,
  options: Partial<WorldOptions> = {},
) {
  const flow = workflow("flow", {}, (ctx: Context, _: undefined) => run(ctx, () => world));
  const world: World = await World.create({ workflows: [flow], ...options });
  worlds.push(world);
  const output = await world.run(flow, undefined).catch((error: unknown) => error);
  const history = await world.until(world.savepoint.get("run").history());
  return { output, history, world };
}

const messageOf = (error: Error): string => error.message;

/** Waits in virtual time. */
const rest = (world: World, ms: number) =>
  new Promise<void>((resolve) => void world.clock.after(ms, resolve));

describe("a step", () => {
  it("gives live what replay would: the recorded value, not the one returned", async () => {
    const { output } = await play(async (ctx) => {
      const given = { when: new Date(5), list: new Set([1]), gone: undefined };
      const got = await ctx.step("give", () => given);
      return { isSame: got === given, got };
    });
    expect(output).toEqual({
      isSame: false,
      got: { when: new Date(5), list: new Set([1]), gone: undefined },
    });
  });

  it("counts its attempts and records once", async () => {
    let attempts = 0;
    const { output, history } = await play((ctx) =>
      ctx.step("flaky", { retry: { attempts: 3, delay: 100 } }, ({ attempt }) => {
        attempts += 1;
        if (attempt < 3) throw new Error(`no ${attempt}`);
        return attempt;
      }),
    );
    expect(output).toBe(3);
    expect(attempts).toBe(3);
    expect(history).toMatchObject([
      {
        key: "flaky",
        state: "succeeded",
        attempts: 3,
        errors: [{ message: "no 1" }, { message: "no 2" }],
      },
    ]);
  });

  it("throws an error with every attempt's message when all have failed, for the workflow to catch", async () => {
    const { output } = await play(async (ctx) => {
      try {
        return await ctx.step("bad", { retry: { attempts: 2, delay: 10 } }, ({ attempt }) => {
          throw new RangeError(`no ${attempt}`);
        });
      } catch (error) {
        const exhausted = error as RetriesExhaustedError;
        return [
          exhausted instanceof RetriesExhaustedError,
          exhausted.cause instanceof RangeError,
          exhausted.errors.map(({ message }) => message),
        ];
      }
    });
    expect(output).toEqual([true, true, ["no 1", "no 2"]]);
  });

  it("keeps class, code, cause and properties of an error", async () => {
    const { output } = await play((ctx) =>
      ctx.step("bad", { retry: { attempts: 1 } }, () => {
        throw new TerminalError("no", { cause: new TypeError("deep"), details: { id: 7 } });
      }),
    );
    expect(output).toBeInstanceOf(TerminalError);
    expect(output).toMatchObject({ code: "terminal", message: "no", details: { id: 7 } });
    expect((output as Error).cause).toBeInstanceOf(TypeError);
  });

  it("asks retryIf, and fails with the predicate's own error when that throws", async () => {
    const asked: string[] = [];
    const neverAgain = (error: unknown) => {
      asked.push((error as Error).message);
      return false;
    };
    const broken = () => Promise.reject(new Error("predicate"));
    const fail = (message: string) => () => {
      throw new Error(message);
    };
    const { output } = await play(async (ctx) => [
      await ctx.step("a", { retry: { retryIf: neverAgain } }, fail("first")).catch(messageOf),
      await ctx.step("b", { retry: { retryIf: broken } }, fail("second")).catch(messageOf),
      await ctx
        .step("c", { retry: { attempts: 1, retryIf: broken } }, fail("third"))
        .catch(messageOf),
    ]);
    expect(output).toEqual(["first", "predicate", "third"]);
    expect(asked).toEqual(["first"]);
  });

  it("is told by its signal when its time is over, and what it does later is discarded", async () => {
    const reasons: unknown[] = [];
    const ends: string[] = [];
    const { output, history } = await play(async (ctx, world) => {
      const answer = await ctx.step(
        "slow",
        { timeout: "2s", retry: { attempts: 2, delay: 10 } },
        async ({ signal, attempt }) => {
          const told = new Promise((resolve) =>
            signal.addEventListener("abort", () => resolve(signal.reason)),
          );
          if (attempt === 2) return attempt;
          reasons.push(await told);
          await rest(world(), 1_000);
          ends.push(`attempt ${attempt} ends late`);
          return "late";
        },
      );
      await ctx.sleep("until the first attempt has ended", "10s");
      return answer;
    });
    expect(reasons).toEqual([expect.any(StepTimeoutError)]);
    expect((reasons[0] as Error).message).toContain('"slow"');
    expect(ends).toEqual(["attempt 1 ends late"]);
    expect(output).toBe(2);
    expect(history[0]).toMatchObject({ attempts: 2, errors: [{ name: "StepTimeoutError" }] });
  });

  it("settles with an error that names the size when its result is too large", async () => {
    const { output } = await play((ctx) =>
      ctx.step("big", () =>
        Array.from({ length: 400_000 }, (_, i) => (i * 2_654_435_761) % 4_294_967_291),
      ),
    );
    expect(output).toBeInstanceOf(ValueTooLargeError);
  });

  it("settles with an error that names the path when its result cannot be recorded", async () => {
    const { output } = await play((ctx) => ctx.step("odd", () => ({ deep: [() => 1] })));
    expect(output).toBeInstanceOf(ValueNotSerializableError);
    expect((output as Error).message).toContain("deep");
  });

  it("refuses the workflow's ctx inside its body", async () => {
    const { output } = await play((ctx) => ctx.step("outer", () => ctx.step("inner", () => 1)));
    expect(output).toBeInstanceOf(WrongContextError);
    expect((output as Error).message).toContain('step "outer"');
  });

  it.each([0, -5, Number.NaN, "soon" as "1s"])("refuses a timeout of %s", async (timeout) => {
    const { output } = await play((ctx) => ctx.step("odd", { timeout }, () => 1));
    expect(output).toMatchObject({ code: "invalid_argument" });
  });

  it("has one idempotency key for all its attempts, and no other step has it", async () => {
    const keys: string[] = [];
    await play(async (ctx) => {
      await ctx.step("a", { retry: { delay: 10 } }, ({ idempotencyKey, attempt }) => {
        keys.push(idempotencyKey);
        if (attempt === 1) throw new Error("again");
      });
      await ctx.step("a", ({ idempotencyKey }) => void keys.push(idempotencyKey));
    });
    expect(keys[0]).toBe(keys[1]);
    expect(keys[2]).not.toBe(keys[0]);
  });
});

describe("near the end of an invocation", () => {
  it("twenty half-second steps go through several invocations of three seconds, each step once", async () => {
    const done: number[] = [];
    const { output, world } = await play(
      async (ctx, the) => {
        for (let i = 0; i < 20; i += 1) {
          await ctx.step("work", async () => {
            await rest(the(), 500);
            done.push(i);
          });
        }
        return "all";
      },
      {
        invocationMs: 3_000,
        settings: { deadlineMarginMs: 300, leaseMs: 1_000, leaseMarginMs: 100 },
      },
    );
    expect(output).toBe("all");
    expect(done).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(world.invocations).toBeGreaterThan(3);
  });

  it("a step that fits no invocation is tried in fresh ones, then fails saying so", async () => {
    let starts = 0;
    const { output } = await play(
      (ctx, world) =>
        ctx.step("endless", async () => {
          starts += 1;
          await rest(world(), 3_600_000);
        }),
      { invocationMs: 60_000 },
    );
    expect(output).toBeInstanceOf(StepTooLongError);
    expect((output as Error).message).toContain('"endless"');
    expect(starts).toBe(3);
  });

  it("starts a step only where its declared timeout fits", async () => {
    const { world } = await play(
      async (ctx, the) => {
        await ctx.step("first", () => rest(the(), 30_000));
        await ctx.step("second", { timeout: "40s" }, () => 1);
        await ctx.step("third", { timeout: "10s" }, () => 1);
      },
      { invocationMs: 60_000 },
    );
    // The second did not start in what was left of the first invocation; the third fitted its own.
    expect(world.invocations).toBe(2);
  });
});
