import { attributeOf, type AttributeValue, type Item } from "./item.ts";
import { significantDigits } from "./number.ts";

/** Overhead of a list or map, whatever it holds. */
const DOCUMENT_BYTES = 3;
/** Overhead of each element of a list and each entry of a map. */
const ELEMENT_BYTES = 1;
/** Strings longer than this are measured natively. */
const SHORT_CHARACTERS = 32;

/**
 * Bytes of an item as DynamoDB counts them for its limit of 400 KB and for capacity: names and
 * values in UTF-8, numbers by two digits a byte ("DynamoDB item sizes and formats" in the developer
 * guide).
 */
export function itemSize(item: Item): number {
  let bytes = 0;
  for (const name in item) bytes += attributeSize(name, attributeOf(item, name));
  return bytes;
}

/** Bytes of one attribute with its name; 0 when it is absent. */
export function attributeSize(name: string, value: AttributeValue | undefined): number {
  return value ? utf8Length(name) + valueSize(value) : 0;
}

/** Bytes of a value without a name. */
export function valueSize(value: AttributeValue): number {
  if (value.S !== undefined) return utf8Length(value.S);
  if (value.N !== undefined) return numberSize(value.N);
  if (value.B !== undefined) return binarySize(value.B);
  if (value.M) return mapSize(value.M);
  if (value.L) return listSize(value.L);
  if (value.SS) return total(value.SS, utf8Length);
  if (value.NS) return total(value.NS, numberSize);
  if (value.BS) return total(value.BS, binarySize);
  return 1;
}

/** Bytes of a base64 text, decoded. */
export function binarySize(base64: string): number {
  if (base64.length === 0) return 0;
  const padding = base64.endsWith("==") ? 2 : Number(base64.endsWith("="));
  return (base64.length / 4) * 3 - padding;
}

/** Bytes of a text in UTF-8. */
function utf8Length(text: string): number {
  const { length } = text;
  if (length > SHORT_CHARACTERS) return Buffer.byteLength(text);
  for (let i = 0; i < length; i++) if (text.charCodeAt(i) > 127) return Buffer.byteLength(text);
  return length;
}

function numberSize(text: string): number {
  return Math.ceil(significantDigits(text) / 2) + 1;
}

function mapSize(map: Item): number {
  let bytes = DOCUMENT_BYTES;
  for (const name in map) bytes += ELEMENT_BYTES + attributeSize(name, attributeOf(map, name));
  return bytes;
}

function listSize(list: readonly AttributeValue[]): number {
  let bytes = DOCUMENT_BYTES;
  for (const value of list) bytes += ELEMENT_BYTES + valueSize(value);
  return bytes;
}

function total(members: readonly string[], size: (member: string) => number): number {
  let bytes = 0;
  for (const member of members) bytes += size(member);
  return bytes;
}
