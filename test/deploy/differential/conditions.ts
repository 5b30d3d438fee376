import * as fc from "fast-check";
import type { AttributeValue } from "../../../localstack/embedded/dynamodb/item.ts";
import { type Expression, joined } from "./expression.ts";
import { binary, FITTING, number, text, value } from "./values.ts";

const one = <T>(...options: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...options);

/** An attribute as a whole. */
export const top = one(...Object.keys(FITTING).map((name) => `#${name}`));
/** An attribute, or a part of one. */
export const path = fc.oneof(
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

const anyComparison = fc
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

/** A comparison with what the attribute holds as a rule, or of a size. */
const fittingComparison = fc
  .tuple(
    fc.oneof(
      ...Object.entries(FITTING).map(([name, values]) =>
        values.map((given): Expression => ({ text: `#${name} SIGN ?`, values: [given] })),
      ),
      {
        weight: 3,
        arbitrary: fc.nat({ max: 3 }).map((n): Expression => ({
          text: "size(#parts) SIGN ?",
          values: [{ N: String(n) }],
        })),
      },
    ),
    one("=", "<>", "<", "<=", ">", ">="),
  )
  .filter(
    ([{ values }, sign]) =>
      sign === "=" ||
      sign === "<>" ||
      values.every(({ S, N }) => S !== undefined || N !== undefined),
  )
  .map(([{ text: comparison, values }, sign]) => ({
    text: comparison.replace("SIGN", sign),
    values,
  }));

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
  { weight: 2, arbitrary: anyComparison },
  { weight: 3, arbitrary: fittingComparison },
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
