import { describe, expect, it } from "vitest";
import { assertFunctionLimits, disagreements, type WorkerLimits } from "../../infra/limits.ts";

const LIMITS: WorkerLimits = {
  timeoutMs: 900_000,
  visibilityMs: 900_000,
  leaseMs: 30_000,
  leaseMarginMs: 2_000,
  deadlineMarginMs: 5_000,
  memoryMb: 1024,
  batchSize: 10,
  maxConcurrency: 50,
};

describe("limits that must agree", () => {
  it("agree by default", () => {
    expect(disagreements(LIMITS)).toEqual([]);
  });

  it.each<[Partial<WorkerLimits>, string]>([
    [{ timeoutMs: 900_001, visibilityMs: 900_001 }, "timeout is 900.001 s, and Lambda ends"],
    [{ visibilityMs: 60_000 }, "hidden for 60 s, less than the worker's timeout of 900 s"],
    [{ leaseMs: 900_000 }, "lease is 900 s, not less than the timeout of 900 s"],
    [{ leaseMs: 2_700, leaseMarginMs: 100 }, "lease is 2.7 s, which is a heartbeat each 0.9 s"],
    [{ leaseMarginMs: 20_000 }, "more than 20 s of the lease is left, which is never the case"],
    [{ deadlineMarginMs: 999 }, "deadlineMargin is 0.999 s, too little"],
    [{ deadlineMarginMs: 448_000 }, "deadlineMargin is 448 s of a timeout of 900 s"],
    [{ memoryMb: 100, batchSize: 1 }, "memoryMb is 100; Lambda takes 128 to 10240"],
    [{ memoryMb: 447 }, "memoryMb is 447, and 10 runs at once want 448"],
    [{ memoryMb: 256 }, "a batchSize of at most 4"],
    [{ batchSize: 11 }, "batchSize is 11; give 1 to 10"],
    [{ batchSize: 0 }, "batchSize is 0; give 1 to 10"],
    [{ maxConcurrency: 1 }, "maxConcurrency is 1; an event source takes 2 to 1000"],
    [{ memoryMb: 1024.5 }, "memoryMb is 1024.5"],
  ])("do not with %o, and the numbers are told", (change, message) => {
    expect(disagreements({ ...LIMITS, ...change }).join("\n")).toContain(message);
  });

  it("are all told of at once", () => {
    expect(disagreements({ ...LIMITS, batchSize: 11, maxConcurrency: 1 })).toHaveLength(2);
  });
});

describe("a function of a project's own", () => {
  it.each([[{ timeoutMs: 1_000, memoryMb: 128 }], [{ timeoutMs: 900_000, memoryMb: 10_240 }]])(
    "can be added with %o",
    (limits) => {
      expect(() => assertFunctionLimits("Webhook", limits)).not.toThrow();
    },
  );

  it.each([
    [{ timeoutMs: 0, memoryMb: 256 }, "timeout is 0 s; give whole seconds, 1 to 900"],
    [{ timeoutMs: 1_500, memoryMb: 256 }, "timeout is 1.5 s; give whole seconds"],
    [{ timeoutMs: 901_000, memoryMb: 256 }, "timeout is 901 s; give whole seconds, 1 to 900"],
    [{ timeoutMs: 30_000, memoryMb: 127 }, "memoryMb is 127; Lambda takes 128 to 10240"],
    [{ timeoutMs: 30_000, memoryMb: 10_241 }, "memoryMb is 10241; Lambda takes 128 to 10240"],
  ])("cannot with %o", (limits, message) => {
    expect(() => assertFunctionLimits("Webhook", limits)).toThrow(
      `function "Webhook" cannot be added: ${message}`,
    );
  });
});
