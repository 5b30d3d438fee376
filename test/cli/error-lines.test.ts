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

  it("has the first three frames of the person's own code, of the error and of what caused it", () => {
    const frames = (...where: readonly string[]) => ["Error: x", ...where].join("\n    at ");
    const cause = error("HTTP 503", {
      stack: frames(
        "get (/app/node_modules/got/index.js:1:1)",
        "body (/app/src/all.ts:69:38)",
        "AsyncLocalStorage.run (node:async_hooks:346:14)",
        "/app/lambda/api/own.ts:3:1",
        "body (/app/lambda/engine/ops/step.ts:177:35)",
        "async file:///app/src/third.ts:1:1",
        "fourth (/app/src/fourth.ts:1:1)",
      ),
    });
    const stack = frames("exhausted (C:\\app\\lambda\\core\\attempt.ts:53:10)");
    expect(errorLines(error("all failed", { stack, cause }))).toEqual([
      "  Error: all failed",
      "  caused by Error: HTTP 503",
      "      at body (/app/src/all.ts:69:38)",
      "      at /app/lambda/api/own.ts:3:1",
      "      at async file:///app/src/third.ts:1:1",
    ]);
    expect(errorLines(error("odd", { stack: 7 }))).toEqual(["  Error: odd"]);
  });

  it("ends after thirty lines", () => {
    const wide = (depth: number): object =>
      error("w", depth === 0 ? {} : { errors: [wide(depth - 1), wide(depth - 1)] });
    expect(errorLines(wide(9))).toHaveLength(31);
    expect(errorLines(wide(9)).at(-1)).toBe("  …");
  });
});
