import { describe, expect, it } from "vitest";
import { type Context, RetriesExhaustedError, type RetryOptions } from "../../lambda/index.ts";
import { play, REPLAYING } from "./stage.ts";

const fails = (message: string) => (): never => {
  throw new RangeError(message);
};

/** What a step with such retries, whose body fails always, comes to, and how often it was entered. */
async function failing(retry: RetryOptions) {
  let entered = 0;
  const { output, history } = await play(
    async (ctx) => {
      const error = await ctx
        .step("work", { retry: { delay: 10, ...retry } }, () => fails(`no ${(entered += 1)}`)())
        .catch((thrown: unknown) => thrown);
      // Replayed before each further step.
      await ctx.step("after", () => 1);
      return ctx.step("last", () => error);
    },
    { ...REPLAYING },
  );
  return { output, entered, work: history[0] };
}

it("11. a step that fails twice and then succeeds has three attempts and one result", async () => {
  let entered = 0;
  const { output, history, world } = await play(
    (ctx) =>
      ctx.step("flaky", { retry: { attempts: 5, delay: "1m" } }, ({ attempt }) => {
        entered += 1;
        if (attempt < 3) fails(`no ${attempt}`)();
        return `yes ${attempt}`;
      }),
    REPLAYING,
  );
  expect(output).toBe("yes 3");
  expect(entered).toBe(3);
  expect(history).toMatchObject([
    { key: "flaky", attempts: 3, errors: [{ message: "no 1" }, { message: "no 2" }] },
  ]);
  const settled = world.outcomes.filter(
    ({ action, input }) =>
      action === "PutItem" && JSON.stringify(input).includes('"s":{"S":"done"}'),
  );
  expect(settled).toHaveLength(1);
});

describe("retries that are used up", () => {
  it("12. fail the step with an error that tells of each attempt", async () => {
    const { output, entered } = await failing({ attempts: 3 });
    expect(output).toBeInstanceOf(RetriesExhaustedError);
    const { message, errors, cause } = output as RetriesExhaustedError;
    for (const said of ["no 1", "no 2", "no 3"]) expect(message).toContain(said);
    expect(errors).toEqual(
      [1, 2, 3].map((attempt) => ({ attempt, name: "RangeError", message: `no ${attempt}` })),
    );
    expect(cause).toBeInstanceOf(RangeError);
    expect(entered).toBe(3);
  });

  it("12. may be caught, and the run goes on and succeeds", async () => {
    const { output, described } = await play(async (ctx) => {
      try {
        return await ctx.step("work", { retry: { attempts: 2, delay: 1 } }, fails("no"));
      } catch {
        return ctx.step("instead", () => "another way");
      }
    });
    expect(output).toBe("another way");
    expect(described.status).toBe("succeeded");
  });

  it("12. and are not caught fail the run with that error", async () => {
    const { output, described } = await play((ctx) =>
      ctx.step("work", { retry: { attempts: 2, delay: 1 } }, fails("no")),
    );
    expect(output).toBeInstanceOf(RetriesExhaustedError);
    expect(described).toMatchObject({ status: "failed", failedOperation: "work" });
  });
});

it("13. without retries the body's own error comes through at once", async () => {
  const { output, entered, work } = await failing({ attempts: 1 });
  expect(output).toBeInstanceOf(RangeError);
  expect(output).toMatchObject({ message: "no 1" });
  expect(entered).toBe(1);
  expect(work).toMatchObject({ attempts: 1, state: "failed" });
});

describe("a predicate that decides on retries", () => {
  it.each<[string, (error: unknown) => boolean | Promise<boolean>]>([
    ["sync", (error) => (error as Error).message !== "no 2"],
    ["async", async (error) => (error as Error).message !== "no 2"],
  ])("14. ends them by false with the error itself, when it is %s", async (_, retryIf) => {
    const { output, entered } = await failing({ attempts: 5, retryIf });
    expect(output).toBeInstanceOf(RangeError);
    expect(output).toMatchObject({ message: "no 2" });
    expect(entered).toBe(2);
  });

  it.each<[string, () => Promise<boolean>]>([
    [
      "throws",
      () => {
        throw new TypeError("the predicate is broken");
      },
    ],
    ["rejects", () => Promise.reject(new TypeError("the predicate is broken"))],
  ])("15. fails the step with its own error, for good, when it %s", async (_, retryIf) => {
    const { output, entered, work } = await failing({ attempts: 5, retryIf });
    expect(output).toBeInstanceOf(TypeError);
    expect(output).toMatchObject({ message: "the predicate is broken" });
    expect(entered).toBe(1);
    expect(work).toMatchObject({ state: "failed", errors: [{ message: "no 1" }] });
  });

  it("16. is not asked when there are no retries", async () => {
    let asked = 0;
    const retryIf = () => (asked += 1) > 0;
    const { output, entered } = await failing({ attempts: 1, retryIf });
    expect(output).toMatchObject({ message: "no 1" });
    expect([entered, asked]).toEqual([1, 0]);
  });

  it("16. is asked after each failed attempt when there are", async () => {
    const asked: unknown[] = [];
    const retryIf = (error: unknown) => asked.push((error as Error).message) > 0;
    await failing({ attempts: 3, retryIf });
    expect(asked.slice(0, 2)).toEqual(["no 1", "no 2"]);
  });
});

it("12. an error of each of many attempts is kept as far as the last ten", async () => {
  const { output } = await play(async (ctx: Context) =>
    ctx.step("work", { retry: { attempts: 15, delay: 1 } }, ({ attempt }) =>
      fails(`no ${attempt}`)(),
    ),
  );
  const { errors } = output as RetriesExhaustedError;
  expect(errors.length).toBeGreaterThanOrEqual(10);
  expect(errors.at(-1)).toMatchObject({ attempt: 15, message: "no 15" });
});
