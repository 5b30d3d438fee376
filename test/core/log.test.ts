import { expect, it } from "vitest";
import { jsonLog } from "../../lambda/core/log.ts";

function lineOf(error: unknown): { readonly error: unknown } {
  const lines: string[] = [];
  jsonLog(
    (line) => lines.push(line),
    () => 0,
  ).warn("step failed", { error });
  return JSON.parse(lines[0] ?? "") as { readonly error: unknown };
}

it("a line tells an error with its frames, and what caused it", () => {
  const error = new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED") });
  expect(lineOf(error)).toMatchObject({
    level: "warn",
    message: "step failed",
    time: "1970-01-01T00:00:00.000Z",
    error: {
      name: "TypeError",
      message: "fetch failed",
      stack: expect.stringContaining(import.meta.filename) as string,
      cause: { name: "Error", message: "connect ECONNREFUSED" },
    },
  });
});

it("a line has an end for an error that is its own cause, and leaves out causes that are no errors", () => {
  const loop = new Error("loop");
  loop.cause = loop;
  expect(JSON.stringify(lineOf(loop)).split('"cause"').length - 1).toBe(5);
  expect(lineOf(new Error("plain", { cause: { secret: 1n } })).error).not.toHaveProperty("cause");
});

it("a line is written of an error that cannot be read", () => {
  class Odd extends Error {
    override get cause(): unknown {
      throw new TypeError("no looking");
    }
  }
  expect(lineOf(new Odd("mine")).error).toEqual({
    name: "Error",
    message: "an error that cannot be read: TypeError: no looking",
  });
});
