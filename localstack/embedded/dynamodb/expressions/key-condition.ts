import type { Condition, Operand } from "./ast.ts";
import { parseCondition } from "./parse-condition.ts";
import type { Reader } from "./reader.ts";

/** What a query demands of one key attribute; `values` are placeholders. */
export interface KeyTerm {
  readonly name: string;
  readonly operator: "=" | "<" | "<=" | ">" | ">=" | "between" | "begins_with";
  readonly values: readonly string[];
}

/** The operators with their sides exchanged. */
const MIRRORED = { "=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<=" } as const;

/**
 * Parses a KeyConditionExpression: one or two terms joined by AND, each about a key attribute.
 * Which of them are keys is for the table to judge.
 *
 * @throws AwsError `ValidationException` naming what is wrong and where
 */
export function parseKeyCondition(reader: Reader): KeyTerm[] {
  return termsOf(reader, parseCondition(reader));
}

function termsOf(reader: Reader, condition: Condition): KeyTerm[] {
  switch (condition.kind) {
    case "and":
      return [...termsOf(reader, condition.left), ...termsOf(reader, condition.right)];
    case "compare": {
      const { operator, left, right } = condition;
      if (operator === "<>") throw invalidOperator(reader, "<>");
      return left.kind === "value"
        ? [term(reader, MIRRORED[operator], right, [left])]
        : [term(reader, operator, left, [right])];
    }
    case "between":
      return [term(reader, "between", condition.operand, [condition.low, condition.high])];
    case "begins_with":
      return [term(reader, "begins_with", condition.operand, [condition.prefix])];
    default:
      throw invalidOperator(reader, condition.kind.toUpperCase());
  }
}

function term(
  reader: Reader,
  operator: KeyTerm["operator"],
  key: Operand,
  operands: readonly Operand[],
): KeyTerm {
  if (key.kind !== "path" || key.path.rest.length > 0) {
    throw reader.error(
      "A key condition must have a key attribute, not within a document, as its first operand",
    );
  }
  const values = operands.map((operand) => {
    if (operand.kind === "value") return operand.name;
    throw reader.error("A key condition must compare a key attribute with values (:name)");
  });
  return { name: key.path.name, operator, values };
}

function invalidOperator(reader: Reader, operator: string) {
  return reader.error(`Invalid operator used in KeyConditionExpression: ${operator}`);
}
