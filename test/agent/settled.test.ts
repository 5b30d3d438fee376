import { describe, expect, it } from "vitest";
import { CancelledError, RetriesExhaustedError } from "../../lambda/index.ts";
import { messageOf, partSettled } from "../../lambda/agent/settled.ts";

const rejected = (reason: unknown): PromiseRejectedResult => ({ status: "rejected", reason });

describe("the outcomes of a tolerant map", () => {
  it("are parted into what was done and what failed, each with its item", () => {
    const failure = new Error("no");
    const outcomes = [{ status: "fulfilled", value: 1 } as const, rejected(failure)];
    expect(partSettled(["a", "b"], outcomes)).toEqual({
      done: [{ item: "a", value: 1 }],
      failed: [{ item: "b", error: failure }],
    });
  });

  it("are not tolerated when the run was asked to stop", () => {
    const cancelled = new CancelledError("stop");
    expect(() => partSettled(["a"], [rejected(cancelled)])).toThrow(cancelled);
  });
});

describe("what an error says", () => {
  it("is what the last attempt did, when there were several", () => {
    const errors = [1, 2].map((attempt) => ({ attempt, name: "Error", message: "x" }));
    const options = { cause: new Error("status 500"), errors };
    expect(messageOf(new RetriesExhaustedError("long", options))).toBe(
      "status 500 (tried 2 times)",
    );
    expect(messageOf("odd")).toBe("odd");
  });
});
