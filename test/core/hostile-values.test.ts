import { deflateRawSync } from "node:zlib";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { decodeValue, type Encoded, encodeValue, hashValue } from "../../lambda/core/codec.ts";
import { encodeError } from "../../lambda/core/encode-error.ts";
import {
  SavepointError,
  ValueNotSerializableError,
  ValueUnreadableError,
} from "../../lambda/core/errors.ts";
import { SEARCH_TIMEOUT_MS, searched } from "../support/fuzz.ts";
import { anyError, anyString, anyValue } from "./arbitrary-values.ts";
import { attempt, Disguised, nested, sparse } from "./awkward-values.ts";

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
