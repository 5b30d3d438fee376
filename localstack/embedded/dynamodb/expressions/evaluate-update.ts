import { validationError } from "../errors.ts";
import { attributeOf, type AttributeValue, type Item, withAttributes } from "../item.ts";
import { addNumbers, subtractNumbers } from "../number.ts";
import type { Action, Path, UpdateOperand, UpdateValue } from "./ast.ts";
import { valueAt } from "./evaluate-condition.ts";

/** New values of top-level attributes; undefined where one is removed. */
export type Changes = Map<string, AttributeValue | undefined>;

/**
 * What an update makes of an item: every operand is read from the item as it was before.
 *
 * @throws AwsError `ValidationException` when an operand is absent or of the wrong type, or a path
 * leads nowhere
 */
export function evaluateUpdate(actions: readonly Action[], item: Item, values: Item): Changes {
  const changes: Changes = new Map();
  for (const action of actions) {
    const { name, rest } = action.path;
    const before = changes.has(name) ? changes.get(name) : attributeOf(item, name);
    const value = outcomeOf(action, item, values);
    if (value !== "unchanged") changes.set(name, replaceAt(before, rest, 0, value));
  }
  return changes;
}

/** What an action puts at its path: undefined removes it. */
function outcomeOf(
  action: Action,
  item: Item,
  values: Item,
): AttributeValue | undefined | "unchanged" {
  if (action.kind === "SET") return computeValue(action.value, item, values);
  if (action.kind === "REMOVE") return undefined;
  const present = valueAt(item, action.path);
  const operand = computeOperand(action.value, item, values);
  if (action.kind === "ADD") return added(present, operand);
  return present ? without(present, operand) : "unchanged";
}

function computeValue(value: UpdateValue, item: Item, values: Item): AttributeValue {
  if (value.kind !== "sum") return computeOperand(value, item, values);
  const left = computeOperand(value.left, item, values);
  const right = computeOperand(value.right, item, values);
  if (left.N === undefined || right.N === undefined) throw wrongOperandType();
  return {
    N: value.operator === "+" ? addNumbers(left.N, right.N) : subtractNumbers(left.N, right.N),
  };
}

function computeOperand(operand: UpdateOperand, item: Item, values: Item): AttributeValue {
  switch (operand.kind) {
    case "value":
      return existing(values[operand.name]);
    case "path":
      return existing(valueAt(item, operand.path));
    case "if_not_exists":
      return valueAt(item, operand.path) ?? computeOperand(operand.fallback, item, values);
    default: {
      const first = computeOperand(operand.first, item, values);
      const second = computeOperand(operand.second, item, values);
      if (!first.L || !second.L) throw wrongOperandType();
      return { L: [...first.L, ...second.L] };
    }
  }
}

function existing(value: AttributeValue | undefined): AttributeValue {
  if (value) return value;
  throw validationError(
    "The provided expression refers to an attribute that does not exist in the item",
  );
}

function added(present: AttributeValue | undefined, operand: AttributeValue): AttributeValue {
  if (!present) return operand;
  if (operand.N !== undefined && present.N !== undefined) {
    return { N: addNumbers(present.N, operand.N) };
  }
  return mergeSets(present, operand, (members, others) => [...new Set([...members, ...others])]);
}

function without(present: AttributeValue, operand: AttributeValue): AttributeValue | undefined {
  const rest = mergeSets(present, operand, (members, others) => {
    const gone = new Set(others);
    return members.filter((member) => !gone.has(member));
  });
  return (rest.SS ?? rest.NS ?? rest.BS ?? []).length > 0 ? rest : undefined;
}

function mergeSets(
  left: AttributeValue,
  right: AttributeValue,
  merge: (left: readonly string[], right: readonly string[]) => string[],
): AttributeValue {
  if (left.SS && right.SS) return { SS: merge(left.SS, right.SS) };
  if (left.NS && right.NS) return { NS: merge(left.NS, right.NS) };
  if (left.BS && right.BS) return { BS: merge(left.BS, right.BS) };
  throw wrongOperandType();
}

/** A copy of `value` in which what lies at `rest[at…]` is replaced, or removed. */
function replaceAt(
  value: AttributeValue | undefined,
  rest: Path["rest"],
  at: number,
  replacement: AttributeValue | undefined,
): AttributeValue | undefined {
  const step = rest[at];
  if (step === undefined) return replacement;
  if (typeof step === "string" && value?.M) {
    const inner = replaceAt(attributeOf(value.M, step), rest, at + 1, replacement);
    return { M: withAttributes(value.M, new Map([[step, inner]])) };
  }
  if (typeof step === "number" && value?.L) {
    const inner = replaceAt(value.L[step], rest, at + 1, replacement);
    return { L: withElement(value.L, step, inner) };
  }
  throw validationError(
    "The document path provided in the update expression is invalid for update",
  );
}

/** A position behind the end means the end. */
function withElement(
  list: readonly AttributeValue[],
  position: number,
  element: AttributeValue | undefined,
): readonly AttributeValue[] {
  if (!element) return position < list.length ? list.toSpliced(position, 1) : list;
  return position < list.length ? list.with(position, element) : [...list, element];
}

function wrongOperandType() {
  return validationError("An operand in the update expression has an incorrect data type");
}
