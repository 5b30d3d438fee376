import * as fc from "fast-check";
import { namesIn } from "../../../lambda/store/expression.ts";
import type { AttributeValue } from "../../../localstack/embedded/dynamodb/item.ts";
import type { Members } from "../../../localstack/embedded/faults.ts";

/** An expression in which each `?` stands for the next of its values. */
export interface Expression {
  readonly text: string;
  readonly values: readonly AttributeValue[];
}

const one = <T>(...options: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...options);

/** A number: small ones are often equal, the others are at the edges of what is stored. */
export const number: fc.Arbitrary<AttributeValue> = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -2, max: 5 }).map((n) => ({ N: String(n) })) },
  {
    weight: 1,
    arbitrary: one(
      "0.1",
      "-0.55",
      "1.50",
      "007",
      "1e3",
      "123456789012345678901234",
      "1E-130",
      "-9.99e125",
    ).map((N) => ({ N })),
  },
);

/** A string: store-like ones, empty, beyond ASCII, with characters that UTF-16 sorts otherwise. */
export const text: fc.Arbitrary<AttributeValue> = one(
  "",
  "a",
  "ab",
  "queued",
  "running",
  "ü",
  "\u{ffee}",
  "\u{1f600}",
  "\u0000",
).map((S) => ({ S }));

const binary: fc.Arbitrary<AttributeValue> = one("", "AA==", "/w==", "AAE=").map((B) => ({ B }));

const set: fc.Arbitrary<AttributeValue> = fc.oneof(
  fc.uniqueArray(one("a", "b", "ü", ""), { minLength: 1 }).map((SS) => ({ SS })),
  fc.uniqueArray(one("1", "-2.5", "3"), { minLength: 1 }).map((NS) => ({ NS })),
  fc.uniqueArray(one("AA==", "/w=="), { minLength: 1 }).map((BS) => ({ BS })),
);

const scalar: fc.Arbitrary<AttributeValue> = fc.oneof(
  { weight: 4, arbitrary: fc.oneof(text, number) },
  binary,
  one<AttributeValue>({ BOOL: true }, { BOOL: false }, { NULL: true }),
);

/** A value that has a size: the two disagree about that of all others. */
export const sized: fc.Arbitrary<AttributeValue> = fc.oneof(
  text,
  binary,
  set,
  fc.array(scalar, { maxLength: 3 }).map((L) => ({ L })),
  fc.dictionary(one("x", "y"), scalar).map((M) => ({ M })),
);

/** Any value. Maps hold `x` and `y`, as the paths below expect. */
export const value: fc.Arbitrary<AttributeValue> = fc.oneof(
  { weight: 4, arbitrary: scalar },
  set,
  fc.array(scalar, { maxLength: 3 }).map((L) => ({ L })),
  fc.dictionary(one("x", "y"), scalar).map((M) => ({ M })),
  fc.array(fc.dictionary(one("x", "y"), scalar), { maxLength: 3 }).map((maps) => ({
    L: maps.map((M) => ({ M })),
  })),
);

/** Attributes that are no keys, with the types that the store gives them most of the time. */
export const ATTRIBUTES = ["status", "epoch", "box", "tokens", "error", "quorum"] as const;
const top = one(...ATTRIBUTES.map((name) => `#${name}`));
const path = fc.oneof(
  { weight: 4, arbitrary: top },
  one("#box[0]", "#box[1]", "#box[0].#x", "#box[7]", "#error.#x", "#error.#y", "#error.#x.#y"),
);

/** What conditions compare: an attribute, a size, or a value of one of the types wanted. */
const operand = (given: fc.Arbitrary<AttributeValue>): fc.Arbitrary<Expression> =>
  fc.oneof(
    { weight: 3, arbitrary: path.map((of): Expression => ({ text: of, values: [] })) },
    { weight: 3, arbitrary: given.map((one): Expression => ({ text: "?", values: [one] })) },
    fc.constant<Expression>({ text: "size(#parts)", values: [] }),
  );
const ordered = fc.oneof(text, number, binary);

const joined = (parts: readonly Expression[], write: (texts: readonly string[]) => string) => ({
  text: write(parts.map((part) => part.text)),
  values: parts.flatMap((part) => part.values),
});

const comparison = fc
  .oneof(
    fc.tuple(operand(value), one("<>"), operand(value)),
    fc.tuple(
      operand(value),
      one("="),
      value.map((given) => ({ text: "?", values: [given] })),
    ),
    fc.tuple(operand(ordered), one("<", "<=", ">", ">="), operand(ordered)),
  )
  // An operand compared with itself is refused.
  .filter(([left, , right]) => left.text === "?" || left.text !== right.text)
  .map(([left, sign, right]) => joined([left, right], ([a, b]) => `${a} ${sign} ${b}`));

const between = fc
  .tuple(
    operand(ordered),
    one<readonly [AttributeValue, AttributeValue]>(
      [{ N: "0" }, { N: "3" }],
      [{ S: "a" }, { S: "b" }],
      [{ S: "" }, { S: "\u{1f600}" }],
      [{ B: "AA==" }, { B: "/w==" }],
    ),
  )
  .map(([of, bounds]) => ({
    text: `${of.text} BETWEEN ? AND ?`,
    values: [...of.values, ...bounds],
  }));

const atom: fc.Arbitrary<Expression> = fc.oneof(
  fc.tuple(one("attribute_exists", "attribute_not_exists"), path).map(([name, of]) => ({
    text: `${name}(${of})`,
    values: [],
  })),
  { weight: 2, arbitrary: comparison },
  fc.tuple(operand(value), fc.array(value, { minLength: 1, maxLength: 3 })).map(([of, among]) => ({
    text: `${of.text} IN (${among.map(() => "?").join(", ")})`,
    values: [...of.values, ...among],
  })),
  fc
    .tuple(path, fc.oneof(text, number))
    .map(([of, member]) => ({ text: `contains(${of}, ?)`, values: [member] })),
  between,
  fc
    .tuple(path, fc.oneof(text, binary))
    .map(([of, prefix]) => ({ text: `begins_with(${of}, ?)`, values: [prefix] })),
  fc
    .tuple(path, one("S", "N", "L", "M", "SS", "NULL"))
    .map(([of, S]) => ({ text: `attribute_type(${of}, ?)`, values: [{ S }] })),
);

/** A condition or filter, in the forms that the store's have. */
export const condition: fc.Arbitrary<Expression> = fc.letrec<{ any: Expression }>((tie) => ({
  any: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    atom,
    tie("any").map((of) => joined([of], ([a]) => `NOT ${a}`)),
    fc
      .tuple(tie("any"), one("AND", "OR"), tie("any"))
      .map(([left, word, right]) => joined([left, right], ([a, b]) => `(${a} ${word} ${b})`)),
    fc
      .tuple(atom, one("AND", "OR"), atom, one("AND", "OR"), atom)
      .map(([a, first, b, second, c]) =>
        joined([a, b, c], (texts) => `${texts[0]} ${first} ${texts[1]} ${second} ${texts[2]}`),
      ),
  ),
})).any;

const assignment: fc.Arbitrary<Expression> = fc.oneof(
  { weight: 3, arbitrary: value.map((given) => ({ text: "?", values: [given] })) },
  path.map((from) => ({ text: from, values: [] })),
  fc
    .tuple(path, one("+", "-"), number)
    .map(([from, sign, n]) => ({ text: `${from} ${sign} ?`, values: [n] })),
  fc
    .tuple(path, number, number)
    .map(([from, first, n]) => ({ text: `if_not_exists(${from}, ?) + ?`, values: [first, n] })),
  fc.tuple(path, value).map(([from, given]) => ({
    text: `list_append(if_not_exists(${from}, ?), ?)`,
    values: [{ L: [] }, { L: [given] }],
  })),
);

const action: fc.Arbitrary<readonly [section: string, Expression]> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(path, assignment)
      .map(([to, { text: from, values }]) => ["SET", { text: `${to} = ${from}`, values }] as const),
  },
  sized.map((given) => ["SET", { text: "#parts = ?", values: [given] }] as const),
  fc
    .oneof({ weight: 5, arbitrary: path }, fc.constant("#parts"))
    .map((gone) => ["REMOVE", { text: gone, values: [] }] as const),
  // Both are for top-level attributes only, as AWS documents them.
  fc
    .tuple(top, fc.oneof(number, set))
    .map(([to, more]) => ["ADD", { text: `${to} ?`, values: [more] }] as const),
  fc
    .tuple(top, set)
    .map(([from, less]) => ["DELETE", { text: `${from} ?`, values: [less] }] as const),
);

/** The attribute that an action changes. */
const target = ({ text }: Expression): string => /#\w+/.exec(text)?.[0] ?? text;

/**
 * An update of which no two actions change the same attribute. Like the store's, each sets something: the
 * two differ in what becomes of an item that is missing.
 */
export const update: fc.Arbitrary<Expression> = fc
  .tuple(text, fc.uniqueArray(action, { maxLength: 4, selector: ([, of]) => target(of) }))
  .map(([tx, others]) => {
    const actions = [["SET", { text: "#tx = ?", values: [tx] }] as const, ...others];
    const parts = ["SET", "REMOVE", "ADD", "DELETE"].flatMap((section) => {
      const its = actions.filter(([word]) => word === section).map(([, of]) => of);
      return its.length > 0 ? [joined(its, (texts) => `${section} ${texts.join(", ")}`)] : [];
    });
    return joined(parts, (texts) => texts.join(" "));
  });

/** Expressions as the members of a request, with the names and the values that they use. */
export function expressionMembers(
  expressions: Readonly<Record<string, Expression | undefined>>,
): Members {
  const texts: Record<string, string> = {};
  const values: Record<string, AttributeValue> = {};
  let count = 0;
  for (const [member, expression] of Object.entries(expressions)) {
    if (!expression) continue;
    const given = expression.values.values();
    texts[member] = expression.text.replaceAll("?", () => {
      const placeholder = `:v${count++}`;
      values[placeholder] = given.next().value ?? {};
      return placeholder;
    });
  }
  const names = namesIn(Object.values(texts).join(" "));
  return {
    ...texts,
    ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
    ...(count > 0 && { ExpressionAttributeValues: values }),
  };
}
