import { isDeepStrictEqual } from "node:util";
import { deflateRawSync } from "node:zlib";
import { stringify } from "devalue";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeValue, type Encoded, encodeValue, hashValue } from "../../lambda/core/codec.ts";
import { encodeError } from "../../lambda/core/encode-error.ts";
import {
  SavepointError,
  ValueNotSerializableError,
  ValueTooLargeError,
  ValueUnreadableError,
} from "../../lambda/core/errors.ts";
import { SEARCH_TIMEOUT_MS, searched } from "../support/fuzz.ts";
import { anyError, anyString, anyValue } from "./arbitrary-values.ts";

/** What a function returns or throws. */
const attempt = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return error;
  }
};

const nested = (levels: number, around: (inner: unknown) => unknown): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = around(value);
  return value;
};

const sparse = (length: number): unknown[] => {
  const array: unknown[] = [];
  array[length - 1] = 1;
  return array;
};

const TAGS = [
  "Date",
  "URL",
  "Map",
  "Set",
  "RegExp",
  "Array",
  "Uint8Array",
  "ArrayBuffer",
  "BigInt",
  "Error",
  "Object",
];

class Disguised {
  readonly #tag: string;
  constructor(tag: string) {
    this.#tag = tag;
  }
  get [Symbol.toStringTag](): string {
    return this.#tag;
  }
  toString(): string {
    return '"],["';
  }
  toISOString(): string {
    return '"],["';
  }
}

const throwing = (what: unknown): unknown =>
  Object.defineProperty({}, "broken", {
    enumerable: true,
    get() {
      throw what;
    },
  });

/** Makes things that no recorder should trip over; by a function, since fast-check would trip over some. */
const poison = fc.oneof(
  fc.constantFrom<() => unknown>(
    () => () => 1,
    () => Symbol("s"),
    () => Promise.resolve(),
    () => throwing(new Error("no")),
    () => throwing(Object.create(null)),
    () => new Proxy({}, { ownKeys: () => ["a", "a"] }),
    () => new Proxy({ a: 1 }, { get: () => 2 }),
    () => JSON.parse('{"__proto__":{"polluted":1}}') as unknown,
    () => JSON.parse('{"constructor":{"prototype":{"polluted":1}}}') as unknown,
    () => Object.assign(Object.create(null), JSON.parse('{"__proto__":{"polluted":1}}')) as unknown,
    () => ({ toJSON: "x", valueOf: 2, hasOwnProperty: 3, length: 1e9 }),
    () => Object.defineProperty({ a: 1 }, "toJSON", { value: () => 2 }),
    () => Object.assign([1], { toJSON: () => 2 }),
    () => sparse(4_294_967_295),
    () => sparse(5_000),
    () => nested(1_500, (inner) => [inner]),
    () => nested(3_000, (inner) => ({ inner })),
    () => nested(800, (inner) => new Map([[inner, inner]])),
    () => nested(45, (inner) => new Set([inner, [inner]])),
    () => Object.assign(new Date(0), { toISOString: () => '"],["' }),
    () => new Date(8.64e15),
    () => new Uint8Array(new SharedArrayBuffer(8)),
    () => Object(Symbol("boxed")) as unknown,
    () => Object.create(Object.create(Object.create(null))) as unknown,
  ),
  fc.constantFrom(...TAGS).map((tag) => () => new Disguised(tag)),
);

const hidden = fc.oneof(
  poison,
  fc.tuple(poison, anyValue).map(([make, beside]) => () => [beside, { bad: make() }]),
  fc.tuple(poison, fc.string()).map(
    ([make, key]) =>
      () =>
        new Map([[key, [make()]]]),
  ),
  fc.tuple(poison, anyError).map(
    ([make, error]) =>
      () =>
        Object.assign(error, { bad: make() }),
  ),
);

const isUnpolluted = (): boolean => Reflect.get({}, "polluted") === undefined;

test(
  "a value comes back or is refused with a clear error, whatever is in it",
  () => {
    fc.assert(
      fc.property(hidden, (make) => {
        const value = make();
        const encoded = attempt(() => encodeValue(value, { what: "input" }));
        const isText = typeof encoded === "string" || encoded instanceof Uint8Array;
        if (isText) {
          // What was hidden, as a toJSON, is gone by then.
          const once = encodeValue(decodeValue(encoded));
          expect(encodeValue(decodeValue(once))).toEqual(once);
        } else {
          expect(encoded).toBeInstanceOf(ValueNotSerializableError);
          expect(String(encoded)).toMatch(
            /input cannot be recorded: (it (is|holds) .+|reading it threw .*)/s,
          );
        }
        const hash = attempt(() => hashValue(value));
        expect(typeof hash === "string" || hash instanceof SavepointError).toBe(true);
        expect(isUnpolluted()).toBe(true);
      }),
      searched(300),
    );
  },
  SEARCH_TIMEOUT_MS,
);

test(
  "whatever is thrown can be recorded",
  () => {
    fc.assert(
      fc.property(hidden, (make) => {
        const thrown = make();
        expect(decodeValue(encodeError(thrown))).not.toBe(undefined);
      }),
      searched(100),
    );
  },
  SEARCH_TIMEOUT_MS,
);

const damage = fc.record({
  at: fc.nat(),
  kind: fc.constantFrom("flip", "cut", "insert", "remove", "digits", "repeat"),
  bits: fc.integer({ min: 1, max: 255 }),
  text: fc.oneof(
    anyString,
    fc.constantFrom("-7,4294967295", '"__proto__"', "[", "0", "-1", '["Error",1]', '"Map"'),
  ),
});

function damaged(
  bytes: Buffer,
  { at, kind, bits, text }: { at: number; kind: string; bits: number; text: string },
): Buffer {
  const place = at % (bytes.length + 1);
  const [before, after] = [bytes.subarray(0, place), bytes.subarray(place)];
  switch (kind) {
    case "cut":
      return before;
    case "insert":
      return Buffer.concat([before, Buffer.from(text), after]);
    case "remove":
      return Buffer.concat([before, after.subarray(1 + (bits % 8))]);
    case "repeat":
      return Buffer.concat([before, after, after]);
    case "digits":
      return Buffer.from(bytes.toString("latin1").replace(/\d+/g, String(bits % 12)), "latin1");
    default:
      return Buffer.concat([
        before,
        Buffer.from(after.map((byte, index) => (index === 0 ? byte ^ bits : byte))),
      ]);
  }
}

test(
  "damaged text and bytes give a value or a clear error, and pollute nothing",
  () => {
    const value = fc.oneof(anyValue, anyError, fc.tuple(anyError, anyValue));
    fc.assert(
      fc.property(
        value,
        fc.array(damage, { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        (one, damages, isDeflated) => {
          const whole = encodeValue(one);
          const text = Buffer.from(typeof whole === "string" ? whole : whole);
          const bytes = damages.reduce(damaged, isDeflated ? deflateRawSync(text) : text);
          const stored: Encoded = isDeflated ? bytes : bytes.toString();
          const read = attempt(() => ({ value: decodeValue(stored) }));
          if (read instanceof Error) expect(read).toBeInstanceOf(ValueUnreadableError);
          expect(isUnpolluted()).toBe(true);
        },
      ),
      searched(500),
    );
  },
  SEARCH_TIMEOUT_MS,
);

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
