import { areEqual, compareValues, keyOrder } from "../compare.ts";
import { attributeOf, type AttributeValue, type Item, typeOf } from "../item.ts";
import { binarySize } from "../item-size.ts";
import type { Comparator, Condition, Operand, Path } from "./ast.ts";

/**
 * Whether a condition holds for an item. What is absent equals nothing and has no order, so that of
 * the comparisons only `<>` holds for it.
 *
 * @param item the item; one that does not exist has no attributes
 * @param values the request's values by placeholder
 */
export function holds(condition: Condition, item: Item, values: Item): boolean {
  switch (condition.kind) {
    case "and":
      return holds(condition.left, item, values) && holds(condition.right, item, values);
    case "or":
      return holds(condition.left, item, values) || holds(condition.right, item, values);
    case "not":
      return !holds(condition.condition, item, values);
    case "exists":
      return (valueAt(item, condition.path) !== undefined) === condition.isWanted;
    case "compare": {
      const left = operandOf(condition.left, item, values);
      return compares(condition.operator, left, operandOf(condition.right, item, values));
    }
    case "between": {
      const value = operandOf(condition.operand, item, values);
      return (
        compares(">=", value, operandOf(condition.low, item, values)) &&
        compares("<=", value, operandOf(condition.high, item, values))
      );
    }
    case "in": {
      const value = operandOf(condition.operand, item, values);
      return condition.candidates.some((candidate) =>
        compares("=", value, operandOf(candidate, item, values)),
      );
    }
    case "attribute_type": {
      const value = operandOf(condition.operand, item, values);
      return value !== undefined && typeOf(value) === operandOf(condition.type, item, values)?.S;
    }
    case "begins_with": {
      const value = operandOf(condition.operand, item, values);
      return beginsWith(value, operandOf(condition.prefix, item, values));
    }
    default: {
      const value = operandOf(condition.operand, item, values);
      return contains(value, operandOf(condition.member, item, values));
    }
  }
}

/** The value at a path; undefined when there is none. */
export function valueAt(item: Item, path: Path): AttributeValue | undefined {
  let value = attributeOf(item, path.name);
  for (const step of path.rest) {
    if (!value) return undefined;
    value = typeof step === "number" ? value.L?.[step] : value.M && attributeOf(value.M, step);
  }
  return value;
}

function operandOf(operand: Operand, item: Item, values: Item): AttributeValue | undefined {
  if (operand.kind === "path") return valueAt(item, operand.path);
  if (operand.kind === "value") return values[operand.name];
  const value = operandOf(operand.of, item, values);
  const size = value && sizeOf(value);
  return size === undefined ? undefined : { N: String(size) };
}

function compares(
  operator: Comparator,
  left: AttributeValue | undefined,
  right: AttributeValue | undefined,
): boolean {
  if (!left || !right) return operator === "<>" && left !== right;
  if (operator === "=") return areEqual(left, right);
  if (operator === "<>") return !areEqual(left, right);
  const order = compareValues(left, right);
  if (order === undefined) return false;
  switch (operator) {
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    default:
      return order >= 0;
  }
}

function beginsWith(
  value: AttributeValue | undefined,
  prefix: AttributeValue | undefined,
): boolean {
  if (!value || !prefix) return false;
  if (value.S !== undefined && prefix.S !== undefined) return value.S.startsWith(prefix.S);
  if (value.B === undefined || prefix.B === undefined) return false;
  return keyOrder(value).startsWith(keyOrder(prefix));
}

function contains(value: AttributeValue | undefined, member: AttributeValue | undefined): boolean {
  if (!value || !member) return false;
  if (value.L) return value.L.some((element) => areEqual(element, member));
  if (member.S !== undefined) return (value.S ?? value.SS ?? []).includes(member.S);
  if (member.N !== undefined) return (value.NS ?? []).includes(member.N);
  if (member.B === undefined) return false;
  if (value.B !== undefined) return keyOrder(value).includes(keyOrder(member));
  return (value.BS ?? []).includes(member.B);
}

/** Characters, bytes, members or elements; undefined for what has no size. */
function sizeOf(value: AttributeValue): number | undefined {
  if (value.S !== undefined) return value.S.length;
  if (value.B !== undefined) return binarySize(value.B);
  if (value.M) return Object.keys(value.M).length;
  return (value.L ?? value.SS ?? value.NS ?? value.BS)?.length;
}
