import { isDeepStrictEqual } from "node:util";
import { deflateRawSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeValue, encodedSize, encodeValue } from "../../lambda/core/codec.ts";
import {
  ValueNotSerializableError,
  ValueTooLargeError,
  ValueUnreadableError,
} from "../../lambda/core/errors.ts";
import { anyError, anyString, anyValue } from "./arbitrary-values.ts";

const roundTrip = (value: unknown): unknown => decodeValue(encodeValue(value));

/** Text that hardly compresses: letters of all sorts in no order, always the same. */
function noise(length: number): string {
  let state = 1;
  const below = (bound: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 16) % bound;
  };
  return Array.from({ length }, (_, index) =>
    String.fromCharCode(index % 5 === 0 ? 0x80 + below(0x780) : 0x23 + below(0x38)),
  ).join("");
}

/** What a function returns or throws. */
const attempt = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return error;
  }
};

const refusal = (value: unknown): ValueNotSerializableError => {
  const error = attempt(() => encodeValue(value, { what: 'result of step "fetch"' }));
  if (error instanceof ValueNotSerializableError) return error;
  throw new Error("the value was not refused", { cause: error });
};

describe("round trip", () => {
  test("every recordable value comes back equal", () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(isDeepStrictEqual(roundTrip(value), value)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  test("an invalid date comes back as one", () => {
    const back = roundTrip({ at: new Date(Number.NaN) }) as { at: unknown };
    expect(back.at).toBeInstanceOf(Date);
    expect(Number(back.at)).toBeNaN();
  });

  test("encoding is deterministic, and what comes back encodes to the same", () => {
    fc.assert(
      fc.property(fc.oneof(anyValue, anyError), (value) => {
        const encoded = encodeValue(value);
        expect(encodeValue(value)).toEqual(encoded);
        expect(encodeValue(decodeValue(encoded))).toEqual(encoded);
      }),
    );
  });

  test("text survives UTF-8, unpaired surrogates included", () => {
    fc.assert(
      fc.property(anyString, fc.constantFrom<object>({}, new Map()), (string, beside) => {
        const encoded = encodeValue([string, beside]);
        const stored = typeof encoded === "string" ? Buffer.from(encoded).toString() : encoded;
        expect(decodeValue(stored)).toEqual([string, beside]);
      }),
    );
  });

  test.each([
    ["the empty string", ""],
    ["undefined", undefined],
    ["null", null],
    ["negative zero", -0],
    ["NaN", Number.NaN],
    ["text that looks like the other form", "~[1]"],
    ["a URL", new URL("https://example.com/a?b=c#d")],
    ["a regular expression", /a<b\/\u2028/giu],
    ["an array with a hole", Object.assign(Array<number>(3), { 0: 1, 2: 3 })],
    ["a property that is undefined", { a: undefined }],
    ["bytes", new Uint8Array([0, 255, 128])],
    ["a view of doubles", new Float64Array([1.5, -0])],
    ["a big integer", 2n ** 80n],
  ])("%s comes back", (_, value) => {
    expect(isDeepStrictEqual(roundTrip(value), value)).toBe(true);
  });

  test("an invalid date comes back invalid", () => {
    expect(roundTrip([new Date(Number.NaN)])).toEqual([new Date(Number.NaN)]);
  });

  test("cycles and repeated references keep their identity, in plain objects too", () => {
    const shared = { a: 1 };
    expect(encodeValue([shared, shared])).toBe('~[[1,1],{"a":2},1]');
    const value = new Map<string, unknown>([
      ["one", shared],
      ["two", { shared }],
    ]);
    value.set("self", value);
    const back = roundTrip(value);
    if (!(back instanceof Map)) throw new Error("no Map came back");
    expect(back.get("self")).toBe(back);
    expect(Object.is(back.get("two").shared, back.get("one"))).toBe(true);
  });

  test("a small Buffer is stored with its own bytes only, not those of Node's shared pool", () => {
    const buffer = Buffer.from("secret").subarray(1, 4);
    expect(encodeValue(buffer)).toBe('~[["Slice",1],["Uint8Array",2],["ArrayBuffer","ZWNy"]]');
    expect(roundTrip({ buffer })).toEqual({ buffer: new Uint8Array(Buffer.from("ecr")) });
  });

  test("a view of part of a buffer keeps its type", () => {
    const buffer = new Int16Array([1, 2, 3, 4]).buffer;
    expect(roundTrip(new Int16Array(buffer, 2, 2))).toEqual(new Int16Array([2, 3]));
    expect(roundTrip(new DataView(buffer, 2, 2))).toEqual(new DataView(buffer.slice(2, 4)));
  });
});

describe("form", () => {
  test("what JSON can say is stored as JSON", () => {
    expect(encodeValue({ id: 1, tags: ["a", null], deep: { ok: true } })).toBe(
      '{"id":1,"tags":["a",null],"deep":{"ok":true}}',
    );
  });

  test("compressible text over 800 bytes is stored deflated, shorter text and noise as text", () => {
    expect(encodeValue("a".repeat(790))).toBeTypeOf("string");
    const deflated = encodeValue("a".repeat(810));
    expect(deflated).toBeInstanceOf(Uint8Array);
    expect(decodeValue(deflated)).toBe("a".repeat(810));
    expect(encodeValue(noise(810))).toBe(`"${noise(810)}"`);
  });

  test("the size is that of what is stored, in bytes of UTF-8", () => {
    expect(encodedSize(encodeValue("é"))).toBe(4);
    expect(encodedSize(new Uint8Array(7))).toBe(7);
  });
});

describe("refusals", () => {
  class Point {
    x = 1;
  }
  test.each([
    ["a function", { user: { save: () => 1 } }, ".user.save", "a function"],
    ["a symbol", [Symbol("s")], "[0]", "Symbol(s)"],
    ["a promise", { "a b": [Promise.resolve()] }, '["a b"][0]', "await it first"],
    [
      "an instance of a class",
      { at: new Map([["k", new Point()]]) },
      '.at.get("k")',
      "instance of Point",
    ],
    ["a response", { response: new Response() }, ".response", "instance of Response"],
    ["symbols for keys", { a: { [Symbol.iterator]: 1 } }, ".a", "symbols for keys"],
    ["a key __proto__", { a: JSON.parse('{"__proto__":{"x":1}}') as unknown }, ".a", "__proto__"],
    ["a function itself", () => 1, "", "is a function;"],
  ])("%s is refused with its place and what to do", (_, value, path, hint) => {
    const error = refusal(value);
    expect(error.path).toBe(path);
    expect(error.message).toContain('result of step "fetch" cannot be recorded');
    expect(error.message).toContain(path);
    expect(error.message).toContain(hint);
  });

  test("nesting beyond the stack is refused, not a crash", () => {
    let value: unknown = 1;
    for (let level = 0; level < 20_000; level += 1) value = [value];
    expect(refusal(value).message).toContain("nested too deeply");
  });

  test("a getter that throws is refused with what it threw", () => {
    const value = {
      get broken(): number {
        throw new Error("no database");
      },
    };
    expect(refusal(value).message).toContain("no database");
  });

  test("a value over the limit is refused with its size, the limit and what to do", () => {
    const value = noise(2_000);
    expect(() => encodeValue(value, { what: "input", maxBytes: 1_100 })).toThrow(
      /^input after compression is 2,\d{3} bytes, over the limit of 1,100; .*S3/,
    );
  });

  test("the limit is met exactly by what is stored", () => {
    fc.assert(
      fc.property(anyValue, fc.integer({ min: 0, max: 200 }), (value, maxBytes) => {
        const size = encodedSize(encodeValue(value));
        const encode = () => encodeValue(value, { maxBytes });
        const tooLarge: unknown = expect.objectContaining({ bytes: size, limit: maxBytes });
        expect(attempt(encode)).toEqual(size <= maxBytes ? encodeValue(value) : tooLarge);
      }),
    );
  });

  test("over 16 MB before compression is refused however well it compresses", () => {
    expect(() => encodeValue("a".repeat(17 * 1_048_576))).toThrow(ValueTooLargeError);
  });
});

describe("reading", () => {
  test("bytes that inflate to over 16 MB are refused", () => {
    const bomb = deflateRawSync(`"${"a".repeat(17 * 1_048_576)}"`);
    expect(() => decodeValue(bomb)).toThrow(ValueUnreadableError);
  });

  test.each(["", "{", "~", '~[["Unknown",1],1]', "~[5]x", new Uint8Array([1, 2, 3])])(
    "damaged data is refused with a clear error: %j",
    (encoded) => {
      expect(() => decodeValue(encoded)).toThrow(ValueUnreadableError);
    },
  );

  test("stored data cannot pollute prototypes", () => {
    attempt(() => decodeValue('{"__proto__":{"bad":1}}'));
    expect(() => decodeValue('~[{"__proto__":1},{"bad":2},1]')).toThrow(ValueUnreadableError);
    expect({}).not.toHaveProperty("bad");
  });
});
