import { AwsError } from "../aws-error.ts";
import { invalidParameter, validationError } from "./errors.ts";
import {
  type AttributeType,
  type AttributeValue,
  type Item,
  setAttribute,
  typeOf,
} from "./item.ts";
import { normalizeNumber } from "./number.ts";

/** How deep documents may nest ("Quotas in Amazon DynamoDB"). */
const MAX_DEPTH = 32;

/**
 * Takes an item from outside: checks that each value is of exactly one known type, and brings
 * numbers into their normal form. What is already normal is shared, not copied.
 *
 * @param depth how deep the item's values lie in the document, from 1
 * @throws AwsError `ValidationException` or `SerializationException` naming what is wrong
 */
export function admitItem(given: unknown, depth = 1): Item {
  if (!isObject(given)) throw wrongType("an item", "an object", given);
  let copy: Record<string, AttributeValue> | undefined;
  for (const name in given) {
    const value = given[name];
    const admitted = admitValue(value, depth);
    if (admitted !== value) setAttribute((copy ??= { ...given }), name, admitted);
  }
  return copy ?? given;
}

/** Takes a value from outside, like {@link admitItem}. */
export function admitValue(given: unknown, depth = 1): AttributeValue {
  if (!isObject(given)) throw wrongType("an attribute value", "an object", given);
  if (depth > MAX_DEPTH) throw validationError("Nesting Levels have exceeded supported limits");
  const members = Object.keys(given);
  if (members.length > 1) {
    throw validationError(
      "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the " +
        `supported datatypes; it has ${members.join(" and ")}`,
    );
  }
  const type = typeOf(given);
  if (!type) {
    throw validationError(
      "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes; " +
        `it has ${members[0] ?? "none"}`,
    );
  }
  return admitTyped(given, type, depth);
}

function admitTyped(given: AttributeValue, type: AttributeType, depth: number): AttributeValue {
  const member: unknown = given[type];
  switch (type) {
    case "S":
      if (typeof member !== "string") throw wrongType(type, "a string", member);
      return given;
    case "N": {
      const N = admitNumber(member);
      return N === member ? given : { N };
    }
    case "B":
      admitBinary(member);
      return given;
    case "BOOL":
      if (typeof member !== "boolean") throw wrongType(type, "a boolean", member);
      return given;
    case "NULL":
      if (member === true) return given;
      throw invalidParameter("Null attribute value types must have the value of true");
    case "M": {
      const M = admitItem(member, depth + 1);
      return M === member ? given : { M };
    }
    case "L":
      return admitList(given, depth);
    default:
      return { [type]: admitSet(member, type) };
  }
}

function admitList(given: AttributeValue, depth: number): AttributeValue {
  const list = given.L;
  if (!Array.isArray(list)) throw wrongType("L", "an array", list);
  const L = list.map((element) => admitValue(element, depth + 1));
  return L.every((element, at) => element === list[at]) ? given : { L };
}

function admitSet(given: unknown, type: "SS" | "NS" | "BS"): string[] {
  if (!Array.isArray(given)) throw wrongType(type, "an array", given);
  if (given.length === 0) {
    throw invalidParameter(`An attribute value of type ${type} may not be empty`);
  }
  const members = given.map((member: unknown) => {
    if (type === "NS") return admitNumber(member);
    if (type === "BS") return admitBinary(member);
    if (typeof member !== "string") throw wrongType("a member of SS", "a string", member);
    return member;
  });
  if (new Set(members).size < members.length) {
    throw invalidParameter(`Input collection [${members.join(", ")}] contains duplicates.`);
  }
  return members;
}

function admitNumber(given: unknown): string {
  if (typeof given !== "string") throw wrongType("N", "a string holding a number", given);
  return normalizeNumber(given);
}

function admitBinary(given: unknown): string {
  if (typeof given !== "string") throw wrongType("B", "a base64 string", given);
  if (Buffer.from(given, "base64").toString("base64") !== given) {
    throw wrongType("B", "base64 text", given);
  }
  return given;
}

/** Says that something is an object; what it holds is checked member by member. */
function isObject(value: unknown): value is Item & AttributeValue {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wrongType(what: string, wanted: string, given: unknown): AwsError {
  const shown = JSON.stringify(given)?.slice(0, 100) ?? "nothing";
  return new AwsError("SerializationException", `${what} must be ${wanted}, not ${shown}`);
}
