import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { type Encoded, encodedSize } from "../core/codec.ts";
import { ValueUnreadableError } from "../core/errors.ts";
import { LIMITS } from "../core/limits.ts";
import { number, text } from "./attributes.ts";
import { incarnationIn, PART_PREFIX } from "./schema.ts";
import type { Table } from "./table.ts";

/** An encoded value where it is kept: inside its item, or in parts beside the history. */
export type StoredValue = Encoded | PartsReference;

/** Where the parts of a value too large for its item are. */
export interface PartsReference {
  readonly pk: string;
  readonly nonce: string;
  readonly parts: number;
  readonly bytes: number;
  /** Whether the value was text (else deflated bytes). */
  readonly isText: boolean;
  /** Incarnation of the run whose item refers to them. */
  readonly owner: string;
}

/** Whether a value is in parts. */
export const isReference = (value: StoredValue): value is PartsReference =>
  typeof value === "object" && "nonce" in value;

/** The stored size of a value, bytes. */
export const storedBytes = (value: StoredValue): number =>
  isReference(value) ? value.bytes : encodedSize(value);

/** A stored value as an attribute: text as S, deflated bytes as B, a reference as a map. */
export function valueAttribute(value: StoredValue): AttributeValue {
  if (typeof value === "string") return { S: value };
  if (!isReference(value)) return { B: value };
  return {
    M: {
      p: text(value.pk),
      n: text(value.nonce),
      c: number(value.parts),
      b: number(value.bytes),
      t: { BOOL: value.isText },
    },
  };
}

/**
 * Reads what `valueAttribute` wrote; undefined for an absent attribute. What cannot be a value is read as a
 * reference, which `fetch` refuses.
 * @param owner incarnation of the run whose item has the attribute
 */
export function valueFromAttribute(
  attribute: AttributeValue | undefined,
  owner: string,
): StoredValue | undefined {
  if (!attribute) return undefined;
  if (attribute.S !== undefined) return attribute.S;
  if (attribute.B !== undefined) return attribute.B;
  const map = attribute.M;
  return {
    pk: map?.["p"]?.S ?? "",
    nonce: map?.["n"]?.S ?? "",
    parts: Number(map?.["c"]?.N ?? 0),
    bytes: Number(map?.["b"]?.N ?? 0),
    isText: map?.["t"]?.BOOL ?? false,
    owner,
  };
}

/** Keeps values in their item when they fit and in parts when they do not. */
export interface Values {
  /**
   * Makes a value ready to be referred to: returned as it is up to `inlineBytes`, else its parts
   * are put first, so that whatever refers to them finds them.
   */
  keep(value: Encoded, where: Placement): Promise<StoredValue>;
  /** Puts a value's parts, however small it is. */
  keepInParts(value: Encoded, where: Omit<Placement, "inlineBytes">): Promise<PartsReference>;
  /**
   * The encoded value, fetched from its parts when it has any. Throws ValueUnreadableError when a part is gone
   * or changed, or the reference is none that `keep` makes for the run that it belongs to.
   */
  fetch(value: StoredValue): Promise<Encoded>;
}

/** Where a value belongs and how much of it may stay inline. */
export interface Placement {
  readonly historyPk: string;
  readonly inlineBytes: number;
  readonly ttlSeconds: number;
  readonly nonce: string;
}

/** Opens the values of a table. */
export function openValues(table: Table): Values {
  const keepInParts: Values["keepInParts"] = async (value, { historyPk, ttlSeconds, nonce }) => {
    const bytes = typeof value === "string" ? Buffer.from(value) : value;
    const parts = Math.ceil(bytes.byteLength / LIMITS.partBytes);
    await Promise.all(
      Array.from({ length: parts }, (_, index) =>
        table.put(
          {
            ...partKey(historyPk, nonce, index),
            v: { B: bytes.subarray(index * LIMITS.partBytes, (index + 1) * LIMITS.partBytes) },
            ttl: number(ttlSeconds),
          },
          undefined,
        ),
      ),
    );
    const isText = typeof value === "string";
    const owner = incarnationIn(historyPk);
    return { pk: historyPk, nonce, parts, bytes: bytes.byteLength, isText, owner };
  };
  return {
    keepInParts,
    keep: async (value, where) =>
      encodedSize(value) <= where.inlineBytes ? value : keepInParts(value, where),
    async fetch(value) {
      if (!isReference(value)) return value;
      assertReference(value);
      const { pk, nonce, parts, isText } = value;
      const chunks = await Promise.all(
        Array.from({ length: parts }, async (_, index) => {
          const chunk = (await table.get(partKey(pk, nonce, index)))?.["v"]?.B;
          if (!chunk) {
            throw new ValueUnreadableError(
              `part ${index + 1} of ${parts} of a value in ${pk} is gone; its records have expired or were deleted`,
            );
          }
          return chunk;
        }),
      );
      const bytes = Buffer.concat(chunks);
      if (bytes.byteLength !== value.bytes) {
        throw new ValueUnreadableError(
          `the parts of a value in ${pk} have ${bytes.byteLength} bytes, not ${value.bytes}; they were damaged`,
        );
      }
      return isText ? bytes.toString("utf8") : bytes;
    },
  };
}

/** Checked before anything is read: a damaged reference could ask for any number of parts, or for another run's. */
function assertReference({ pk, parts, bytes, owner }: PartsReference): void {
  const isPossible =
    Number.isInteger(bytes) &&
    bytes > 0 &&
    bytes <= LIMITS.valueBytes &&
    parts === Math.ceil(bytes / LIMITS.partBytes);
  if (isPossible && incarnationIn(pk) === owner) return;
  throw new ValueUnreadableError(
    isPossible
      ? `a value of incarnation ${owner} refers to parts in ${pk}, which are another run's; it was damaged`
      : `a value refers to ${parts} parts of ${bytes} bytes in all; it was damaged, or written by a later version of savepoint`,
  );
}

const partKey = (pk: string, nonce: string, index: number) => ({
  pk: text(pk),
  sk: text(`${PART_PREFIX}${nonce}#${index}`),
});
