import { deflateRawSync, inflateRawSync } from "node:zlib";
import { fromText, toText } from "./codec-text.ts";
import { ValueTooLargeError, ValueUnreadableError } from "./errors.ts";
import { LIMITS } from "./limits.ts";

export { hashValue } from "./codec-hash.ts";

/** A value as it is stored: text, or deflated text. */
export type Encoded = string | Uint8Array;

/**
 * Text up to this long stays text, bytes: it fits one write unit (1 KB) of an operation's item as it
 * is, and can be read in the DynamoDB console.
 */
const TEXT_BYTES = 800;
/** Largest text, bytes: bounds the memory that a small stored value can ask for when it is read. */
const INFLATED_BYTES = 16 * 1_048_576;
/** Deflated bytes are stored only when they are at most this part of the text. */
const WORTHWHILE = 0.9;
/**
 * Measured on 20 KB of prose: level 6 takes 0.17 ms for 8.8 KB, level 1 0.1 ms for 9.3 KB, level 9
 * 0.47 ms for 8.8 KB. Half a write unit costs some hundred times what 0.1 ms of Lambda does.
 */
const LEVEL = 6;

/** What `encodeValue` may be told. */
export interface EncodeOptions {
  /** What the value is, for error messages. Default "value". */
  readonly what?: string;
  /** Largest encoded size, bytes. Default 1,048,576. */
  readonly maxBytes?: number;
}

/**
 * Encodes a value for storage; `decodeValue` gives back an equal one.
 *
 * Beside JSON's values it takes `undefined`, `-0`, `NaN`, infinities, bigints, Date, RegExp, URL,
 * URLSearchParams, Map, Set, ArrayBuffer and its views, errors (see `recordError`), cycles and
 * repeated references. A Buffer comes back as a Uint8Array, and a view of part of a buffer with a
 * buffer of its own; an instance of a subclass of Map, Set, Date or Array as that base class.
 * @throws ValueNotSerializableError, naming the place, for functions, symbols, promises, instances
 *   of other classes, and objects with symbols or `__proto__` for keys
 * @throws ValueTooLargeError over `maxBytes` encoded, or over 16 MB before compression
 */
export function encodeValue(value: unknown, options: EncodeOptions = {}): Encoded {
  const { what = "value", maxBytes = LIMITS.valueBytes } = options;
  const text = toText(value, what);
  const bytes = Buffer.byteLength(text);
  if (bytes > INFLATED_BYTES) throw tooLarge(`${what} before compression`, bytes, INFLATED_BYTES);
  const encoded = bytes > TEXT_BYTES ? smaller(text, bytes) : text;
  const size = encodedSize(encoded);
  if (size > maxBytes) throw tooLarge(`${what} after compression`, size, maxBytes);
  return encoded;
}

function smaller(text: string, bytes: number): Encoded {
  const deflated = deflateRawSync(text, { level: LEVEL });
  return deflated.byteLength <= bytes * WORTHWHILE ? deflated : text;
}

const tooLarge = (what: string, bytes: number, limit: number): ValueTooLargeError =>
  new ValueTooLargeError(
    `${what} is ${bytes.toLocaleString("en")} bytes, over the limit of ${limit.toLocaleString("en")}; keep large data elsewhere (in S3, say) and pass a reference to it`,
    { bytes, limit },
  );

/**
 * Decodes what `encodeValue` made.
 * @throws ValueUnreadableError when it was damaged, inflates to over 16 MB, or is of a later version
 */
export function decodeValue(encoded: Encoded): unknown {
  try {
    return fromText(encodedText(encoded));
  } catch (cause) {
    const start =
      typeof encoded === "string" ? `text ${JSON.stringify(encoded.slice(0, 40))}` : "bytes";
    throw new ValueUnreadableError(
      `a recorded value (${encodedSize(encoded)} bytes, ${start}) cannot be read: ${String(cause)}; it was damaged, or written by a later version of savepoint`,
      { cause },
    );
  }
}

const inflated = (bytes: Uint8Array): string =>
  inflateRawSync(bytes, { maxOutputLength: INFLATED_BYTES }).toString("utf8");

/** An encoded value as text, inflated if need be. Throws for damaged bytes. */
export const encodedText = (encoded: Encoded): string =>
  typeof encoded === "string" ? encoded : inflated(encoded);

/** Size of an encoded value as stored, bytes. */
export const encodedSize = (encoded: Encoded): number =>
  typeof encoded === "string" ? Buffer.byteLength(encoded) : encoded.byteLength;
