import { isDeepStrictEqual } from "node:util";
import { deflateRawSync } from "node:zlib";
import { stringify } from "devalue";
import { describe, expect, test } from "vitest";
import { decodeValue, encodeValue, hashValue } from "../../lambda/core/codec.ts";
import { encodeError } from "../../lambda/core/encode-error.ts";
import {
  ValueNotSerializableError,
  ValueTooLargeError,
  ValueUnreadableError,
} from "../../lambda/core/errors.ts";
import { attempt, Disguised, nested, sparse } from "./awkward-values.ts";

describe("bounds", () => {
  test.each<[string, (inner: unknown) => unknown]>([
    ["arrays", (inner) => [inner]],
    ["objects", (inner) => ({ inner })],
    ["Maps", (inner) => new Map([["k", inner]])],
    ["Sets", (inner) => new Set([inner])],
  ])(
    "500 levels of %s are recorded, hashed and read; 501 are refused with their place",
    (_, around) => {
      const deep = nested(500, around);
      const back = decodeValue(encodeValue(deep));
      expect(hashValue(back)).toBe(hashValue(deep));
      const error = attempt(() => encodeValue(nested(501, around), { what: "input" }));
      expect(error).toBeInstanceOf(ValueNotSerializableError);
      expect(String(error)).toMatch(
        /input cannot be recorded: it is nested too deeply, over 500 levels at .+…; make it flatter/,
      );
      expect(() => hashValue(nested(600, around), "input")).toThrow(
        "input cannot be recorded: it is nested too deeply",
      );
    },
  );

  test("a chain of objects that leads back to its beginning is as deep as it is long", () => {
    const first: Record<string, unknown> = {};
    let last = first;
    for (let length = 1; length < 1_000; length += 1) last = last["next"] = {};
    last["next"] = first;
    expect(() => encodeValue(first)).toThrow("nested too deeply, over 500 levels at .next.next");
  });

  test("an array of mostly empty places is refused with its place, one of few is recorded", () => {
    expect(() => encodeValue({ byId: sparse(4_294_967_295) })).toThrow(
      "value cannot be recorded: it holds an array of mostly empty places at .byId; use a Map or an object",
    );
    expect(() => hashValue(sparse(4_294_967_295))).toThrow("mostly empty places");
    expect(isDeepStrictEqual(decodeValue(encodeValue(sparse(5_000))), sparse(5_000))).toBe(true);
  });

  test("few objects that are referred to very often are recorded, but have no hash", () => {
    const value = nested(60, (inner) => [inner, inner]);
    expect(
      isDeepStrictEqual(
        decodeValue(encodeValue(nested(10, (inner) => [inner, inner]))),
        nested(10, (inner) => [inner, inner]),
      ),
    ).toBe(true);
    expect(decodeValue(encodeValue(value))).toHaveLength(2);
    expect(() => hashValue(value, "input")).toThrow(ValueTooLargeError);
  });

  test("errors that hold each other many times over keep the first thousand", () => {
    let error = new Error("innermost");
    for (let level = 0; level < 15; level += 1)
      error = new AggregateError(Array(50).fill(error), `level ${level}`);
    expect(decodeValue(encodeValue(error))).toMatchObject({ message: "level 14" });
  });

  test("a thrown array that has no end as text is told of by its length", () => {
    expect(decodeValue(encodeError(sparse(4_294_967_295)))).toMatchObject({
      name: "object",
      message: "an array of 4,294,967,295",
    });
  });

  test("a stored error that refers to others more often than it may is refused", () => {
    const innermost: object = { type: "Error", message: "innermost" };
    let record = innermost;
    for (let level = 0; level < 40; level += 1) {
      record = {
        type: "Error",
        message: "",
        errors: { list: [{ error: record }, { error: record }] },
      };
    }
    const outermost = { type: "Error", message: "", cause: { error: record } };
    const text = `~${stringify([outermost], { Error: (one) => one === outermost && { ...outermost } })}`;
    expect(() => decodeValue(text)).toThrow("an error holds over 1000 others");
  });

  test("bytes that inflate to a gigabyte are refused once 16 MB have come out", () => {
    const megabyte = Buffer.alloc(1_048_576, 0x20);
    const gigabyte = Buffer.concat(Array.from({ length: 256 }, () => megabyte));
    const bomb = deflateRawSync(gigabyte, { level: 1 });
    const before = process.memoryUsage().rss;
    expect(() => decodeValue(bomb)).toThrow(ValueUnreadableError);
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1_048_576);
  });
});

describe("what an object says of itself is not believed", () => {
  test("neither toJSON, hidden or on an array, is asked", () => {
    expect(encodeValue(Object.defineProperty({ a: 1 }, "toJSON", { value: () => 2 }))).toBe(
      '~[{"a":1},1]',
    );
    expect(encodeValue(Object.assign([1], { toJSON: () => 2 }))).toBe("~[[1],1]");
  });

  test("a date is recorded by its time", () => {
    const date = Object.assign(new Date(0), { toISOString: () => '"],["' });
    expect(decodeValue(encodeValue(date))).toEqual(new Date(0));
  });

  test.each(["Date", "URL", "Map", "Uint8Array"])(
    "an instance that passes for a %s is refused as what it is",
    (tag) => {
      expect(() => encodeValue({ a: new Disguised(tag) })).toThrow(
        "an instance of Disguised at .a",
      );
    },
  );
});
