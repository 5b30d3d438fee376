import { attributeOf, type AttributeValue, type Item } from "./item.ts";
import { compareNumbers, numberOrder } from "./number.ts";

/** UTF-16 surrogates and the characters behind them, which UTF-8 orders the other way round. */
const REORDERED = /[\ud800-\uffff]/;

/**
 * A string for a key's value such that strings compare by `<` as DynamoDB orders the values:
 * numbers by magnitude, strings by their UTF-8 bytes, binary by its bytes. A prefix of a string or
 * binary has a prefix of its order.
 */
export function keyOrder(value: AttributeValue): string {
  if (value.S !== undefined) return textOrder(value.S);
  if (value.N !== undefined) return numberOrder(value.N);
  return Buffer.from(value.B ?? "", "base64").toString("latin1");
}

/**
 * Compares two values by order: negative, zero or positive; undefined when their types differ or
 * have no order.
 */
export function compareValues(left: AttributeValue, right: AttributeValue): number | undefined {
  if (left.N !== undefined)
    return right.N === undefined ? undefined : compareNumbers(left.N, right.N);
  const isText = left.S !== undefined && right.S !== undefined;
  const isBinary = left.B !== undefined && right.B !== undefined;
  if (!isText && !isBinary) return undefined;
  const [a, b] = [keyOrder(left), keyOrder(right)];
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Whether two values are the same; sets are, whatever their order. */
export function areEqual(left: AttributeValue, right: AttributeValue): boolean {
  if (left === right) return true;
  if (left.S !== undefined) return left.S === right.S;
  if (left.N !== undefined) return left.N === right.N;
  if (left.B !== undefined) return left.B === right.B;
  if (left.BOOL !== undefined) return left.BOOL === right.BOOL;
  if (left.NULL) return right.NULL === true;
  if (left.M) return right.M !== undefined && areItemsEqual(left.M, right.M);
  if (left.L) return right.L !== undefined && areListsEqual(left.L, right.L);
  if (left.SS) return areSetsEqual(left.SS, right.SS);
  if (left.NS) return areSetsEqual(left.NS, right.NS);
  return areSetsEqual(left.BS ?? [], right.BS);
}

/** Whether two items have the same attributes. */
export function areItemsEqual(left: Item, right: Item): boolean {
  let size = 0;
  for (const name in left) {
    const [a, b] = [attributeOf(left, name), attributeOf(right, name)];
    if (!a || !b || !areEqual(a, b)) return false;
    size++;
  }
  return size === Object.keys(right).length;
}

function areListsEqual(left: readonly AttributeValue[], right: readonly AttributeValue[]): boolean {
  if (left.length !== right.length) return false;
  return left.every((value, at) => {
    const other = right[at];
    return other !== undefined && areEqual(value, other);
  });
}

function areSetsEqual(left: readonly string[], right: readonly string[] | undefined): boolean {
  if (left.length !== right?.length) return false;
  const members = new Set(left);
  return right.every((member) => members.has(member));
}

/** Moves surrogate pairs behind the rest of the basic plane, where their UTF-8 sorts. */
function textOrder(text: string): string {
  if (!REORDERED.test(text)) return text;
  let order = "";
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const shift = unit < 0xd800 ? 0 : unit < 0xe000 ? 0x2000 : -0x800;
    order += String.fromCharCode(unit + shift);
  }
  return order;
}
