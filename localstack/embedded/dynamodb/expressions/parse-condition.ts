import { compareValues } from "../compare.ts";
import { type AttributeType, typeOf } from "../item.ts";
import { type Between, type Comparator, type Condition, type Operand, showPath } from "./ast.ts";
import type { Reader } from "./reader.ts";

/** Types that have an order. */
const ORDERED: readonly AttributeType[] = ["S", "N", "B"];
/**
 * Values of one IN. The guide says 100 ("Condition and filter expressions, operators, and functions"); ScyllaDB's
 * tests of Alternator, which are run against DynamoDB, too, count the first operand. Whoever keeps to 99 is safe.
 */
const MAX_CANDIDATES = 99;
const COMPARATORS: ReadonlyMap<string, Comparator> = new Map(
  (["=", "<>", "<", "<=", ">", ">="] as const).map((operator) => [operator, operator]),
);

/** Conditions that were written in parentheses, while one expression is parsed. */
type Grouped = WeakSet<Condition>;

/**
 * Parses a ConditionExpression or FilterExpression. NOT binds closer than AND, AND closer than OR.
 *
 * @throws AwsError `ValidationException` naming what is wrong and where
 */
export function parseCondition(reader: Reader): Condition {
  const condition = parseOr(reader, new WeakSet());
  reader.expectEnd();
  return condition;
}

function parseOr(reader: Reader, grouped: Grouped): Condition {
  let left = parseAnd(reader, grouped);
  while (reader.acceptWord("OR")) {
    reader.countOperator();
    left = { kind: "or", left, right: parseAnd(reader, grouped) };
  }
  return left;
}

function parseAnd(reader: Reader, grouped: Grouped): Condition {
  let left = parseNot(reader, grouped);
  while (reader.acceptWord("AND")) {
    reader.countOperator();
    left = { kind: "and", left, right: parseNot(reader, grouped) };
  }
  return left;
}

function parseNot(reader: Reader, grouped: Grouped): Condition {
  if (!reader.acceptWord("NOT")) return parseSimple(reader, grouped);
  reader.countOperator();
  return { kind: "not", condition: parseNot(reader, grouped) };
}

function parseSimple(reader: Reader, grouped: Grouped): Condition {
  if (reader.accept("(")) {
    const condition = parseOr(reader, grouped);
    reader.expect(")");
    if (grouped.has(condition)) throw reader.error("The expression has redundant parentheses;");
    grouped.add(condition);
    return condition;
  }
  if (reader.isCall() && reader.peek().text !== "size") return parseFunction(reader);
  return parseComparison(reader);
}

function parseFunction(reader: Reader): Condition {
  const name = reader.take().text;
  reader.countOperator();
  const operands = parseList(reader);
  const count = operands.length;
  const [first, second] = operands;
  switch (name) {
    case "attribute_exists":
    case "attribute_not_exists":
      if (!first || count !== 1) throw wrongCount(reader, name, count);
      if (first.kind !== "path") {
        throw reader.error(
          `Operator or function requires a document path; operator or function: ${name}`,
        );
      }
      return { kind: "exists", path: first.path, isWanted: name === "attribute_exists" };
    case "attribute_type":
      if (!first || !second || count !== 2) throw wrongCount(reader, name, count);
      demandTypeName(reader, second);
      return { kind: name, operand: first, type: second };
    case "begins_with":
      if (!first || !second || count !== 2) throw wrongCount(reader, name, count);
      demandDistinct(reader, name, first, second);
      reader.demandType(first, name, ["S", "B"]);
      reader.demandType(second, name, ["S", "B"]);
      return { kind: name, operand: first, prefix: second };
    case "contains":
      if (!first || !second || count !== 2) throw wrongCount(reader, name, count);
      demandDistinct(reader, name, first, second);
      return { kind: name, operand: first, member: second };
    default:
      throw reader.error(`Invalid function name; function: ${name}`);
  }
}

function parseComparison(reader: Reader): Condition {
  const operand = parseOperand(reader);
  reader.countOperator();
  if (reader.acceptWord("BETWEEN")) return parseBetween(reader, operand);
  if (reader.acceptWord("IN")) {
    const candidates = parseList(reader);
    if (candidates.length > MAX_CANDIDATES) throw wrongCount(reader, "IN", candidates.length + 1);
    return { kind: "in", operand, candidates };
  }
  const operator = COMPARATORS.get(reader.peek().text);
  if (!operator) throw reader.syntaxError();
  reader.take();
  const right = parseOperand(reader);
  demandDistinct(reader, operator, operand, right);
  if (operator !== "=" && operator !== "<>") {
    reader.demandType(operand, operator, ORDERED);
    reader.demandType(right, operator, ORDERED);
  }
  return { kind: "compare", operator, left: operand, right };
}

function parseBetween(reader: Reader, operand: Operand): Between {
  const low = parseOperand(reader);
  if (!reader.acceptWord("AND")) throw reader.syntaxError();
  const high = parseOperand(reader);
  for (const bound of [operand, low, high]) reader.demandType(bound, "BETWEEN", ORDERED);
  if (low.kind === "value" && high.kind === "value") {
    reader.checks.push((values) => {
      const [a, b] = [values[low.name], values[high.name]];
      const order = a && b && compareValues(a, b);
      if (order !== undefined && order <= 0) return undefined;
      return reader.error(
        "The BETWEEN operator requires bounds of one type, the upper being greater than or equal " +
          `to the lower; lower bound operand: ${JSON.stringify(a)}, ` +
          `upper bound operand: ${JSON.stringify(b)}`,
      ).message;
    });
  }
  return { kind: "between", operand, low, high };
}

function parseList(reader: Reader): Operand[] {
  reader.expect("(");
  const operands = [parseOperand(reader)];
  while (reader.accept(",")) operands.push(parseOperand(reader));
  reader.expect(")");
  return operands;
}

function parseOperand(reader: Reader): Operand {
  if (reader.isCall()) {
    const name = reader.take().text;
    reader.countOperator();
    const [of, ...others] = parseList(reader);
    if (name !== "size") {
      throw reader.error(
        `The function is not allowed to be used this way in an expression; function: ${name}`,
      );
    }
    if (!of || others.length > 0) throw wrongCount(reader, name, others.length + 1);
    reader.demandType(of, name, ["S", "B", "SS", "NS", "BS", "L", "M"]);
    return { kind: "size", of };
  }
  return reader.isPath() ? { kind: "path", path: reader.path() } : reader.value();
}

function demandTypeName(reader: Reader, type: Operand): void {
  if (type.kind !== "value") {
    throw reader.error(
      "Incorrect operand type for operator or function; operator or function: attribute_type, " +
        "operand type: it must be a value that names a type",
    );
  }
  reader.demandType(type, "attribute_type", ["S"]);
  reader.checks.push((values) => {
    const name = values[type.name]?.S;
    if (name === undefined || typeOf({ [name]: "" })) return undefined;
    return reader.error(
      `Invalid attribute type name found; type: ${name}, ` +
        "valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}",
    ).message;
  });
}

function demandDistinct(reader: Reader, operator: string, left: Operand, right: Operand): void {
  if (left.kind !== "path" || right.kind !== "path") return;
  const shown = showPath(left.path);
  if (shown !== showPath(right.path)) return;
  throw reader.error(
    "The first operand must be distinct from the remaining operands for this operator or " +
      `function; operator: ${operator}, first operand: ${shown}`,
  );
}

function wrongCount(reader: Reader, name: string, count: number) {
  return reader.error(
    "Incorrect number of operands for operator or function; " +
      `operator or function: ${name}, number of operands: ${count}`,
  );
}
