import { runInNewContext } from "node:vm";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeValue, encodedSize, encodeValue } from "../../lambda/core/codec.ts";
import * as ours from "../../lambda/core/errors.ts";
import { anyError } from "./arbitrary-values.ts";

const isNamesake = <T extends Error>(value: unknown, error: T): value is T =>
  value instanceof Error && value.name === error.name;

function roundTrip<T extends Error>(error: T): T {
  const back = decodeValue(encodeValue(error));
  if (isNamesake(back, error)) return back;
  throw new Error(`an error came back as ${String(back)}`);
}

const ownProperties = (error: Error): unknown => Object.fromEntries(Object.entries(error));

const view = (value: unknown): unknown =>
  value instanceof Error
    ? {
        class: Object.getPrototypeOf(value) as unknown,
        name: value.name,
        message: value.message,
        hasCause: "cause" in value,
        cause: view(value.cause),
        own: ownProperties(value),
      }
    : value;

describe("errors", () => {
  test("class, name, message, cause and properties come back", () => {
    fc.assert(
      fc.property(anyError, (error) => {
        expect(view(roundTrip(error))).toEqual(view(error));
      }),
    );
  });

  test.each([
    new ours.TerminalError("no", { details: { at: new Date(5) }, cause: new TypeError("t") }),
    new ours.RetryAfterError("later", { retryAfter: "20s" }),
    new ours.ValidationError("bad", { issues: [{ path: "a", message: "m" }] }),
    new ours.RetriesExhaustedError("all", { errors: [{ attempt: 1, name: "E", message: "m" }] }),
    new ours.NonDeterminismError("x", { expected: "a", got: "b", where: "c" }),
    new ours.ValueTooLargeError("x", { bytes: 2, limit: 1 }),
  ])("$name comes back as its class with its fields", (error) => {
    const back = roundTrip(error);
    expect(back).toBeInstanceOf(error.constructor);
    expect(back).toStrictEqual(error);
    expect(ownProperties(back)).toEqual(ownProperties(error));
  });

  test("a subclass whose name comes from a getter that looks at the instance comes back, too", () => {
    class Refused extends ours.TerminalError {
      override get name(): string {
        return `${(this.details as { readonly kind: string }).kind}Refused`;
      }
    }
    const back = roundTrip(new Refused("declined", { details: { kind: "Card" } }));
    expect(back).toBeInstanceOf(ours.TerminalError);
    expect(back).toMatchObject({ name: "CardRefused", details: { kind: "Card" } });
  });

  test("a subclass of a known class comes back as that class with its name", () => {
    class PaymentRefused extends ours.TerminalError {
      override name = "PaymentRefused";
      readonly amount = 5;
    }
    const back = roundTrip(new PaymentRefused("card declined"));
    expect(back).toBeInstanceOf(ours.TerminalError);
    expect(back).toMatchObject({ name: "PaymentRefused", code: "terminal", amount: 5 });
  });

  test("an AggregateError keeps its errors", () => {
    const back = roundTrip(new AggregateError([new RangeError("a"), "b"], "many"));
    expect(back).toBeInstanceOf(AggregateError);
    expect(back.errors[0]).toBeInstanceOf(RangeError);
    expect(back.errors[1]).toBe("b");
  });

  test("an abort's DOMException stays one", () => {
    const back = roundTrip(new DOMException("aborted", "AbortError"));
    expect(back).toBeInstanceOf(DOMException);
    expect(back).toMatchObject({ name: "AbortError", code: 20 });
  });

  test("an error of another realm is still an error", () => {
    const foreign: unknown = runInNewContext("new TypeError('x')");
    const back = decodeValue(encodeValue(foreign));
    expect(back).toBeInstanceOf(Error);
    expect(back).toMatchObject({ name: "TypeError", message: "x" });
  });

  test("an error stands anywhere in a value", () => {
    const value = { failed: new Map([["k", new URIError("u")]]) };
    expect(decodeValue(encodeValue(value))).toStrictEqual(value);
  });
});

describe("whatever hangs on an error, it can be recorded", () => {
  test("properties that are not plain data are left out, errors kept", () => {
    const error = Object.assign(new Error("axios"), {
      status: 503,
      request: { socket: new WebSocketLike() },
      config: { validate: () => true },
      inner: new TypeError("inner"),
      several: [new RangeError("r")],
    });
    const back = roundTrip(error);
    expect(Object.keys(back).sort()).toEqual(["inner", "several", "status"]);
    expect(back.inner).toBeInstanceOf(TypeError);
    expect(back.several[0]).toBeInstanceOf(RangeError);
  });

  test("an error that leads back to itself is recorded without that", () => {
    const inner = new Error("inner");
    const error = new Error("outer", { cause: inner });
    inner.cause = error;
    const back = roundTrip(Object.assign(error, { self: error }));
    expect(back.cause).toMatchObject({ message: "inner" });
    expect(back.cause).not.toHaveProperty("cause");
    expect(back).not.toHaveProperty("self");
  });

  test("a chain of ten thousand causes, a message and properties of megabytes are cut", () => {
    let error = new Error("first");
    for (let link = 0; link < 10_000; link += 1)
      error = new Error(`link ${link}`, { cause: error });
    const huge = Object.assign(new Error("m".repeat(5_000_000), { cause: error }), {
      body: "b".repeat(5_000_000),
    });
    expect(encodedSize(encodeValue(huge))).toBeLessThan(100_000);
    const back = roundTrip(huge);
    expect(back.message).toMatch(/^m{16384}… \(5,000,000 characters in all\)$/);
    expect(back).not.toHaveProperty("body");
  });

  test("a stack keeps its first ten frames, and no more than 2 KB", () => {
    const error = new Error("deep\n    at quoted (in the message)");
    error.stack = `Error: ${error.message}${"\n    at f (/srv/code.js:1:1)".repeat(50)}`;
    expect(roundTrip(error).stack).toBe(
      `Error: ${error.message}${"\n    at f (/srv/code.js:1:1)".repeat(10)}`,
    );
  });

  test("a property cannot reach the prototype", () => {
    const error = Object.defineProperty(new Error("x"), "__proto__", {
      value: { bad: 1 },
      enumerable: true,
    });
    expect(Object.getPrototypeOf(roundTrip(error))).toBe(Error.prototype);
  });
});

class WebSocketLike {
  send(): void {
    throw new Error("not open");
  }
}
