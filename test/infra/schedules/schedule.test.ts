import { describe, expect, it } from "vitest";
import { eventBridgeRate } from "../../../infra/schedules/rate.ts";
import { type Schedule, scheduledRule } from "../../../infra/schedules/schedule.ts";

describe("an interval for EventBridge", () => {
  it.each([
    ["1 minute", "1 minute"],
    ["1m", "1 minute"],
    ["5 minutes", "5 minutes"],
    ["90m", "90 minutes"],
    ["60 minutes", "1 hour"],
    ["1h", "1 hour"],
    ["1.5h", "90 minutes"],
    ["36h", "36 hours"],
    ["24 hours", "1 day"],
    ["2 days", "2 days"],
    ["1 week", "7 days"],
    ["300s", "5 minutes"],
  ])("of %s is rate(%s)", (every, expected) => {
    expect(eventBridgeRate(every)).toBe(`rate(${expected})`);
  });

  it.each(["30s", "90 s", "0m", "1.5m", "-5m", "often", "", "5", "5 minutes ago", "1e999 days"])(
    "of %j is refused",
    (every) => {
      expect(() => eventBridgeRate(every)).toThrow(
        `"every ${every}" cannot be scheduled: give whole minutes, at least one`,
      );
    },
  );
});

describe("a schedule", () => {
  it("has an empty input and runs, when nothing else is said", () => {
    expect(scheduledRule("nightly", { cron: "0 3 * * *", workflow: "digest" })).toEqual({
      expression: "cron(0 3 * * ? *)",
      workflow: "digest",
      input: {},
      enabled: true,
    });
  });

  it("can fire at an interval, be given an input, and be switched off", () => {
    const input = { topic: 'say "when"', tags: ["a", null], depth: 2, deep: { live: true } };
    const schedule = { every: "1 hour", workflow: "digest", input, enabled: false };
    expect(scheduledRule("hourly", schedule)).toEqual({
      expression: "rate(1 hour)",
      workflow: "digest",
      input,
      enabled: false,
    });
  });

  it.each([
    ["a < b", { input: "a < b" }, 'input has < or > in "a < b"'],
    ["a placeholder", { input: { topics: ["x", "<time>"] } }, "input.topics[1] has < or > in"],
    ["a name with one", { input: { "<a>": 1 } }, "the name of input has < or >"],
    ["a date", { input: { at: new Date(0) } }, "input.at is a Date, which is not JSON"],
    ["NaN", { input: [Number.NaN] }, "input[0] is NaN, which is not JSON"],
    ["undefined", { input: { a: undefined } }, "input.a is undefined, which is not JSON"],
    ["an empty place", { input: Array.from({ length: 1 }) }, "input[0] is undefined"],
    ["a bigint", { input: 1n }, "input is 1, which is not JSON"],
    ["a function", { input: () => 1 }, "which is not JSON"],
    ["too much", { input: "x".repeat(8_000) }, "8002 characters as JSON"],
    ["a workflow without a name", { workflow: "" }, '"" is not a name for a workflow'],
  ])("with %s is refused", (_, change, reason) => {
    const schedule: Schedule = { cron: "@daily", workflow: "digest", ...change };
    expect(() => scheduledRule("nightly", schedule)).toThrow(/^schedule "nightly": /);
    expect(() => scheduledRule("nightly", schedule)).toThrow(reason);
  });

  it("is refused without a time, and with two", () => {
    const workflow = "digest";
    expect(() => scheduledRule("a", { workflow } as Schedule)).toThrow("it has no time");
    const both = { workflow, cron: "@daily", every: "1h" } as unknown as Schedule;
    expect(() => scheduledRule("a", both)).toThrow('both cron "@daily" and every "1h"');
  });

  it.each(["", "1a", "a b", "a@b", "a/b", "a".repeat(65)])("is not called %j", (name) => {
    expect(() => scheduledRule(name, { cron: "@daily", workflow: "digest" })).toThrow(
      "its name must be a letter",
    );
  });
});
