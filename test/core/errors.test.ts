import { describe, expect, test } from "vitest";
import * as all from "../../lambda/core/errors.ts";

type ErrorClass = new (message: string, options: object) => all.KnownError;

const isErrorClass = (value: unknown): value is ErrorClass =>
  typeof value === "function" && value.prototype instanceof all.SavepointError;

const classes = Object.entries<unknown>(all).flatMap(([name, value]) =>
  isErrorClass(value) ? [[name, value] as const] : [],
);

/** Options that satisfy every class. */
const options = {
  retryAfter: 5,
  errors: [],
  expected: "a",
  got: "b",
  where: "c",
  bytes: 2,
  limit: 1,
  path: "",
  issues: [],
};

describe.each(classes)("%s", (name, Class) => {
  test("has the name of its class, a stable code, and keeps cause and details", () => {
    const cause = new Error("cause");
    const error = new Class("message", { ...options, cause, details: { a: 1 } });
    expect(error).toBeInstanceOf(all.SavepointError);
    expect(error).toMatchObject({ name, message: "message", cause, details: { a: 1 } });
    expect(error.code).toBe(
      name
        .replace(/Error$/, "")
        .replaceAll(/(?<!^)[A-Z]/g, (letter) => `_${letter}`)
        .toLowerCase(),
    );
    expect(all.isSavepointError(error, error.code)).toBe(true);
  });

  test("has neither cause nor details when none are given", () => {
    const error = new Class("message", options);
    expect(error).not.toHaveProperty("cause");
    expect(error).not.toHaveProperty("details");
  });
});

test("codes are unique", () => {
  const codes = classes.map(([, Class]) => new Class("message", options).code);
  expect(new Set(codes).size).toBe(codes.length);
});

test("other errors and other codes are not taken for ours", () => {
  expect(all.isSavepointError(new Error("x"))).toBe(false);
  expect(all.isSavepointError({ code: "terminal" }, "terminal")).toBe(false);
  expect(all.isSavepointError(new all.TerminalError("x"), "cancelled")).toBe(false);
  expect(all.isSavepointError(new all.TerminalError("x"))).toBe(true);
});

describe("RetryAfterError", () => {
  test("a pause counts from the failure", () => {
    const error = new all.RetryAfterError("busy", { retryAfter: "20s" });
    expect(error.notBefore(1_000)).toBe(21_000);
    expect(error.retryAt).toBeUndefined();
  });

  test("a date is the time itself", () => {
    const error = new all.RetryAfterError("busy", { retryAfter: new Date(5_000) });
    expect(error.notBefore(1_000)).toBe(5_000);
    expect(error.retryAfterMs).toBeUndefined();
  });

  test.each([-1, new Date(Number.NaN)])("%s is refused", (retryAfter) => {
    expect(() => new all.RetryAfterError("busy", { retryAfter })).toThrow(all.InvalidArgumentError);
  });
});
