import { describe, expect, it } from "vitest";
import { errorLines } from "../../cli/error-lines.ts";

const error = (message: string, rest: object = {}) => ({ name: "Error", message, ...rest });

describe("a recorded error for people", () => {
  it("has a line each for it and what caused it", () => {
    const cause = error("HTTP 503", { cause: "no line" });
    expect(errorLines(error("not\nread\u001B[31m", { cause }))).toEqual([
      "  Error: not read",
      "  caused by Error: HTTP 503",
      '  caused by "no line"',
    ]);
  });

  it("tells the first three of the errors that it stands for, and what caused them", () => {
    const errors = [
      error("one", { cause: error("deeper") }),
      error("two"),
      "three",
      error("four"),
      error("five"),
    ];
    const several = { name: "AggregateError", message: "5 of 9 branches failed", errors };
    expect(errorLines(error("no report", { cause: several }))).toEqual([
      "  Error: no report",
      "  caused by AggregateError: 5 of 9 branches failed",
      "    Error: one",
      "    caused by Error: deeper",
      "    Error: two",
      '    "three"',
      "    and 2 more",
    ]);
  });

  it("leaves out attempts that the message has", () => {
    const errors = [{ attempt: 1, name: "Error", message: "HTTP 503" }];
    const exhausted = error("failed: 1. HTTP 503", { code: "retries_exhausted", errors });
    expect(errorLines(exhausted)).toEqual(["  Error: failed: 1. HTTP 503"]);
  });

  it("ends after twenty lines", () => {
    const wide = (depth: number): object =>
      error("w", depth === 0 ? {} : { errors: [wide(depth - 1), wide(depth - 1)] });
    expect(errorLines(wide(9))).toHaveLength(21);
    expect(errorLines(wide(9)).at(-1)).toBe("  …");
  });
});
