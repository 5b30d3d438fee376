import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decideAttempt } from "../../lambda/core/attempt.ts";
import {
  RetriesExhaustedError,
  RetryAfterError,
  TerminalError,
  ValueTooLargeError,
} from "../../lambda/core/errors.ts";
import { nextAttemptAt, retryPolicy } from "../../lambda/core/retry-policy.ts";

const NOW = 5_000_000;
const failed = {
  step: "fetch",
  error: new Error("boom") as unknown,
  attempt: 1,
  earlier: [],
  isRetryable: undefined,
  now: NOW,
  chance: 0,
};

describe("the back-off", () => {
  it("doubles from the first delay up to the longest", () => {
    const policy = retryPolicy({ delay: "1s", factor: 2, maxDelay: "5s", jitter: 0 });
    const pauses = [1, 2, 3, 4, 5].map((n) => nextAttemptAt(policy, n, NOW, undefined, 0.5) - NOW);
    expect(pauses).toEqual([1_000, 2_000, 4_000, 5_000, 5_000]);
  });

  it("takes off at most the share that jitter allows", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (jitter, chance) => {
          const pause =
            nextAttemptAt(retryPolicy({ delay: 1_000, jitter }), 1, NOW, undefined, chance) - NOW;
          expect(pause).toBeLessThanOrEqual(1_000);
          expect(pause).toBeGreaterThanOrEqual(Math.floor(1_000 * (1 - jitter)));
        },
      ),
    );
  });

  it.each([
    [{ attempts: 0 }, /retry.attempts is 0/],
    [{ attempts: 1.5 }, /retry.attempts is 1.5/],
    [{ factor: 0.5 }, /retry.factor is 0.5/],
    [{ factor: Number.NaN }, /retry.factor is NaN/],
    [{ jitter: 2 }, /retry.jitter is 2/],
  ])("refuses %j, naming the value", (options, message) => {
    expect(() => retryPolicy(options)).toThrow(message);
  });
});

describe("a failed attempt", () => {
  const policy = retryPolicy({ attempts: 3, delay: 1_000, jitter: 0 });

  it("is followed by another after the back-off", () => {
    expect(decideAttempt(failed, policy)).toEqual({ retryAt: NOW + 1_000 });
  });

  it("is followed by another when the service said it may, whatever the back-off", () => {
    const error = new RetryAfterError("slow down", { retryAfter: "40s" });
    expect(decideAttempt({ ...failed, error }, policy)).toEqual({ retryAt: NOW + 40_000 });
  });

  it.each([
    ["terminal", new TerminalError("no")],
    ["too large a value", new ValueTooLargeError("big", { bytes: 2, limit: 1 })],
  ])("is the last when the error is %s", (_, error) => {
    expect(decideAttempt({ ...failed, error }, policy)).toEqual({ failWith: error });
  });

  it("throws the original error when retries are off", () => {
    expect(decideAttempt(failed, retryPolicy({ attempts: 1 }))).toEqual({ failWith: failed.error });
  });

  it("throws the original error when retryIf says no", () => {
    expect(decideAttempt({ ...failed, isRetryable: false }, policy)).toEqual({
      failWith: failed.error,
    });
  });

  it("ends in an error that lists every attempt when all have failed", () => {
    const decision = decideAttempt(
      {
        ...failed,
        attempt: 3,
        earlier: [
          { attempt: 1, name: "Error", message: "first" },
          { attempt: 2, name: "Error", message: "second" },
        ],
      },
      policy,
    );
    const error = (decision as { failWith: RetriesExhaustedError }).failWith;
    expect(error).toBeInstanceOf(RetriesExhaustedError);
    expect(error.errors.map(({ message }) => message)).toEqual(["first", "second", "boom"]);
    expect(error.cause).toBe(failed.error);
  });
});
