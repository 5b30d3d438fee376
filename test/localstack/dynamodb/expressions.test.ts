import { describe, expect, test } from "vitest";
import { holds } from "../../../localstack/embedded/dynamodb/expressions/evaluate-condition.ts";
import { evaluateUpdate } from "../../../localstack/embedded/dynamodb/expressions/evaluate-update.ts";
import {
  createPrepare,
  type ExpressionTexts,
} from "../../../localstack/embedded/dynamodb/expressions/prepare.ts";
import { isReservedWord } from "../../../localstack/embedded/dynamodb/expressions/reserved-words.ts";
import { admitValues } from "../../../localstack/embedded/dynamodb/expressions/values.ts";
import { type Item, withAttributes } from "../../../localstack/embedded/dynamodb/item.ts";

const ITEM: Item = {
  n: { N: "5" },
  m10: { N: "-10" },
  s: { S: "hello" },
  e: { S: "" },
  b: { B: "AAEC" },
  flag: { BOOL: true },
  nil: { NULL: true },
  ss: { SS: ["x", "y"] },
  ns: { NS: ["1", "2"] },
  bs: { BS: ["AA==", "AQ=="] },
  l: { L: [{ N: "1" }, { S: "two" }, { M: { deep: { S: "down" } } }] },
  m: { M: { a: { L: [{ N: "1" }, { M: { b: { S: "deep" } } }] }, "x.y": { S: "dotted" } } },
};

const VALUES: Item = {
  ":1": { N: "1" },
  ":5": { N: "5" },
  ":9": { N: "9" },
  ":he": { S: "he" },
  ":hello": { S: "hello" },
  ":ell": { S: "ell" },
  ":x": { S: "x" },
  ":M": { S: "M" },
  ":N": { S: "N" },
  ":deep": { S: "deep" },
  ":down": { S: "down" },
  ":two": { S: "two" },
  ":bin": { B: "AAE=" },
  ":byte": { B: "AA==" },
  ":yx": { SS: ["y", "x"] },
  ":t": { BOOL: true },
  ":list": { L: [{ N: "1" }] },
  ":3": { N: "3" },
};
const NAMES = { "#n": "n", "#m": "m", "#dot": "x.y" };

const prepare = createPrepare();

/** The names and values that an expression mentions. */
function mentioned<T>(all: Readonly<Record<string, T>>, expression: string) {
  const words = new Set(expression.match(/[#:]\w+/g));
  const found = Object.entries(all).filter(([name]) => words.has(name));
  return found.length > 0 ? Object.fromEntries(found) : undefined;
}

function prepared(member: keyof ExpressionTexts, expression: string) {
  const parsed = prepare({
    [member]: expression,
    ExpressionAttributeNames: mentioned(NAMES, expression),
  });
  return { parsed, values: admitValues(parsed, mentioned(VALUES, expression)) };
}

function evaluate(expression: string, item: Item = ITEM): boolean {
  const { parsed, values } = prepared("ConditionExpression", expression);
  if (!parsed.condition) throw new Error("no condition was parsed");
  return holds(parsed.condition, item, values);
}

function updated(expression: string, item: Item = ITEM): Item {
  const { parsed, values } = prepared("UpdateExpression", expression);
  return withAttributes(item, evaluateUpdate(parsed.update?.actions ?? [], item, values));
}

describe("conditions", () => {
  test.each([
    "#n BETWEEN :1 AND :9 AND begins_with(s, :he)",
    "#n IN (:1, :5) AND contains(ss, :x)",
    `n IN (${Array.from({ length: 99 }, () => ":5").join()})`,
    "size(s) = :5 AND attribute_type(#m, :M)",
    "m.a[1].b = :deep OR NOT attribute_exists(nope)",
    "#m.a[ 1 ] . b = :deep",
    "m.#dot <> :deep",
    "(#n > :1 AND #n <> :9) AND contains(s, :ell)",
    "n = :5 or n = :1 and n = :9",
    "NOT n = :1 AND n = :5",
    "NOT (n = :1 AND n = :5)",
    "NOT NOT n = :5",
    "m10 < n",
    "n >= :5 AND n <= :5",
    "nope <> :5",
    "n <> :hello",
    "NOT n < :hello",
    "NOT nope < :5",
    "NOT nope = nothing",
    "ss = :yx",
    "flag = :t",
    "contains(ns, :1) AND contains(bs, :byte) AND contains(b, :bin) AND contains(l, :two)",
    "NOT contains(s, :1)",
    "begins_with(b, :bin)",
    "NOT begins_with(n, :he)",
    "size(l) = :3 AND size(b) = :3 AND size(ss) < :3 AND size(#m) < :3",
    "size(e) < :1",
    "NOT size(n) = :1",
    "attribute_type(n, :N) AND NOT attribute_type(nope, :N)",
    "attribute_exists(m.a[0]) AND attribute_not_exists(m.a[2]) AND attribute_not_exists(s.x)",
    "attribute_not_exists(toString)",
  ])("%s holds", (expression) => {
    expect(evaluate(expression)).toBe(true);
    expect(evaluate(`NOT (${expression})`)).toBe(false);
  });

  test.each([
    ["n = ", 'Syntax error; token: "<EOF>"'],
    ["n == :5", 'Syntax error; token: "="'],
    ["n", "Syntax error"],
    ["(n = :5", "Syntax error"],
    ["n = :5)", "Syntax error"],
    ["n = :5 AND", "Syntax error"],
    ["n ! :5", 'Syntax error; token: "!"'],
    ["l[x] = :5", "Syntax error"],
    ["size(n)", "Syntax error"],
    ["", "The expression can not be empty;"],
    ["((n = :5))", "The expression has redundant parentheses;"],
    ["status = :5", "Attribute name is a reserved keyword; reserved keyword: status"],
    ["m.status = :5", "reserved keyword: status"],
    ["exists(n)", "Invalid function name; function: exists"],
    ["attribute_exists(n, s)", "Incorrect number of operands"],
    ["attribute_exists(:5)", "Operator or function requires a document path"],
    ["contains(s)", "operator or function: contains, number of operands: 1"],
    ["n = n", "The first operand must be distinct"],
    ["contains(ss, ss)", "The first operand must be distinct"],
    ["begins_with(s, :5)", "operator or function: begins_with, operand type: N"],
    ["n < :t", "operator or function: <, operand type: BOOL"],
    ["size(:5) = n", "operator or function: size, operand type: N"],
    ["attribute_type(n, :he)", "Invalid attribute type name found; type: he"],
    ["attribute_type(n, :5)", "operator or function: attribute_type, operand type: N"],
    ["n BETWEEN :9 AND :1", "The BETWEEN operator requires"],
    ["n BETWEEN :1 AND :x", "The BETWEEN operator requires"],
    ["n = attribute_exists(s)", "The function is not allowed to be used this way"],
    [`n IN (${Array.from({ length: 100 }, () => ":5").join()})`, "operands: 101"],
    [`n = :5${" OR n = :5".repeat(160)}`, "too many operators"],
    [`n = :5${" ".repeat(5000)}`, "Expression size has exceeded the maximum allowed size"],
  ])("%s is refused", (expression, message) => {
    expect(() => evaluate(expression)).toThrow(message);
    expect(() => evaluate(expression)).toThrow("Invalid ConditionExpression: ");
  });

  test("strings are ordered by their UTF-8 bytes", () => {
    const order = { low: { S: "\uffee" }, high: { S: "\u{1f600}" } };
    expect(evaluate("low < high", order)).toBe(true);
    expect(evaluate("high < low", order)).toBe(false);
  });
});

/** Takes the expressions and values of a request. */
const request = (given: ExpressionTexts & { values?: Item }) => (): Item =>
  admitValues(prepare(given), given.values);

describe("placeholders", () => {
  test.each([
    [{ ConditionExpression: "a = :a", values: { ":a": { N: "1" }, ":b": { N: "1" } } }, "{:b}"],
    [{ ConditionExpression: "a = :a" }, "attribute value: :a"],
    [{ ConditionExpression: "#a = :a", values: { ":a": { N: "1" } } }, "attribute name: #a"],
    [{ ConditionExpression: "#toString = b" }, "attribute name: #toString"],
    [
      {
        ConditionExpression: "a = b",
        ExpressionAttributeNames: { "#x": "x" },
      },
      "Value provided in ExpressionAttributeNames unused in expressions: keys: {#x}",
    ],
    [{ ConditionExpression: "a = b", ExpressionAttributeNames: {} }, "must not be empty"],
    [{ ConditionExpression: "a = b", values: {} }, "must not be empty"],
    [{ ConditionExpression: "#a = b", ExpressionAttributeNames: { "#a": 1 } }, "invalid value: 1"],
    [{ ExpressionAttributeNames: { "#a": "a" } }, "can only be specified when using expressions"],
    [{ values: { ":a": { N: "1" } } }, "can only be specified when using expressions"],
    [
      { ConditionExpression: "a = :a", values: { ":a": { N: "x" } } },
      "invalid value: The parameter cannot be converted to a numeric value: x for key :a",
    ],
  ])("%j is refused", (given, message) => {
    expect(request(given)).toThrow(message);
  });

  test("names and values may be shared by several expressions", () => {
    const shared = {
      ConditionExpression: "#a = :v",
      UpdateExpression: "SET #b = :v",
      ExpressionAttributeNames: { "#a": "a", "#b": "b" },
      values: { ":v": { N: "1" } },
    };
    expect(request(shared)).not.toThrow();
  });

  test("reserved words are told from other names, in any case", () => {
    for (const word of ["STATUS", "status", "Name", "TTL", "zone", "ABORT"]) {
      expect(isReservedWord(word)).toBe(true);
    }
    for (const word of ["pk", "sk", "epoch", "workflow"]) expect(isReservedWord(word)).toBe(false);
  });

  test("parsed expressions are remembered by text and names, up to the capacity", () => {
    const small = createPrepare(2);
    const first = { ConditionExpression: "a = b" };
    const remembered = small(first);
    expect(small({ ...first })).toBe(remembered);
    const named = (name: string) =>
      small({ ConditionExpression: "#x = b", ExpressionAttributeNames: { "#x": name } });
    expect(named("c")).not.toBe(named("d"));
    expect(small(first)).not.toBe(remembered);
  });
});

describe("updates", () => {
  test.each<[string, Partial<Item>]>([
    ["SET n = n + :1", { n: { N: "6" } }],
    ["SET n = :1 - n", { n: { N: "-4" } }],
    ["SET fresh = if_not_exists(fresh, n) + :1", { fresh: { N: "6" } }],
    ["SET n = if_not_exists(n, :9)", { n: { N: "5" } }],
    ["SET n = m10, m10 = n", { n: { N: "-10" }, m10: { N: "5" } }],
    ["SET l[0] = :9 REMOVE l[1]", { l: { L: [{ N: "9" }, { M: { deep: { S: "down" } } }] } }],
    ["SET l[9] = :9, l[7] = :1", { l: { L: [...(ITEM["l"]?.L ?? []), { N: "1" }, { N: "9" }] } }],
    ["REMOVE l[0], l[2]", { l: { L: [{ S: "two" }] } }],
    ["REMOVE l[7]", {}],
    [
      "SET l = list_append(:list, if_not_exists(nope, :list))",
      { l: { L: [{ N: "1" }, { N: "1" }] } },
    ],
    [
      "SET m.a[1].b = :1, m.#dot = :1",
      { m: { M: { a: { L: [{ N: "1" }, { M: { b: { N: "1" } } }] }, "x.y": { N: "1" } } } },
    ],
    [
      "ADD n :1, total_ :5, ss :yx, l[0] :1",
      {
        n: { N: "6" },
        total_: { N: "5" },
        l: { L: [{ N: "2" }, ...(ITEM["l"]?.L ?? []).slice(1)] },
      },
    ],
    ["ADD fresh :yx", { fresh: { SS: ["y", "x"] } }],
    ["DELETE nope :yx", {}],
  ])("%s", (expression, changes) => {
    expect(updated(expression)).toEqual({ ...ITEM, ...changes });
  });

  test("a set whose last member is deleted is gone, and so are removed attributes", () => {
    const { ss: _, n: __, ...rest } = ITEM;
    expect(updated("DELETE ss :yx REMOVE n, absent")).toEqual(rest);
  });

  test("the item before the update is left as it was", () => {
    const before = structuredClone(ITEM);
    updated("SET m.a[1].b = :1, l[0] = :1 REMOVE l[2].deep ADD ss :yx");
    expect(ITEM).toEqual(before);
  });

  test.each([
    ["SET l = :list, l[0] = :1", "Two document paths overlap with each other"],
    ["SET m.a = :1 REMOVE m.a[0]", "path one: [m, a], path two: [m, a, [0]]"],
    ["SET #n = :1, n = :5", "Two document paths overlap"],
    ["SET m.a = :1, m[0] = :1", "Two document paths conflict"],
    ["SET n = :1 SET s = :1", 'The "SET" section can only be used once'],
    ["SET status = :1", "reserved keyword: status"],
    ["SET n = :1,", "Syntax error"],
    ["n = :1", "Syntax error"],
    ["SET n = :1 + :5 + :9", "Syntax error"],
    ["SET n = :1 + :x", "operator or function: +, operand type: S"],
    ["SET n = list_append(l, :1)", "operator or function: list_append, operand type: N"],
    ["SET n = size(s)", "Invalid function name; function: size"],
    ["SET n = if_not_exists(:1, :5)", "requires a document path"],
    ["ADD n :x", "operator or function: ADD, operand type: S"],
    ["DELETE n :1", "operator or function: DELETE, operand type: N"],
    ["ADD n n", "Syntax error"],
  ])("%s is refused by its text", (expression, message) => {
    expect(() => updated(expression)).toThrow(message);
    expect(() => updated(expression)).toThrow("Invalid UpdateExpression: ");
  });

  test.each([
    ["SET fresh = nope", "refers to an attribute that does not exist in the item"],
    ["SET fresh = nope + :1", "refers to an attribute that does not exist in the item"],
    ["SET n = s + :1", "An operand in the update expression has an incorrect data type"],
    ["SET l = list_append(l, n)", "An operand in the update expression has an incorrect data type"],
    ["ADD s :1", "An operand in the update expression has an incorrect data type"],
    ["DELETE ns :yx", "An operand in the update expression has an incorrect data type"],
    ["SET nope.x = :1", "The document path provided in the update expression is invalid"],
    ["SET m[0] = :1", "The document path provided in the update expression is invalid"],
    ["REMOVE nope.x", "The document path provided in the update expression is invalid"],
  ])("%s is refused for this item", (expression, message) => {
    expect(() => updated(expression)).toThrow(message);
  });
});
