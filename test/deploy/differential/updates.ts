import * as fc from "fast-check";
import { path, top } from "./conditions.ts";
import { type Expression, joined } from "./expression.ts";
import { FITTING, number, set, sized, small, text, value } from "./values.ts";

type Action = readonly [section: "SET" | "REMOVE" | "ADD" | "DELETE", Expression];

const assignment: fc.Arbitrary<Expression> = fc.oneof(
  { weight: 3, arbitrary: value.map((given) => ({ text: "?", values: [given] })) },
  path.map((from) => ({ text: from, values: [] })),
  fc
    .tuple(path, fc.constantFrom("+", "-"), number)
    .map(([from, sign, n]) => ({ text: `${from} ${sign} ?`, values: [n] })),
  fc
    .tuple(path, number, number)
    .map(([from, first, n]) => ({ text: `if_not_exists(${from}, ?) + ?`, values: [first, n] })),
  fc.tuple(path, value).map(([from, given]) => ({
    text: `list_append(if_not_exists(${from}, ?), ?)`,
    values: [{ L: [] }, { L: [given] }],
  })),
);

/** An action that fits what its attribute holds as a rule. */
const fittingAction: fc.Arbitrary<Action> = fc.oneof(
  ...Object.entries(FITTING).map(([name, values]) =>
    values.map((given): Action => ["SET", { text: `#${name} = ?`, values: [given] }]),
  ),
  small.map((n): Action => ["SET", { text: "#epoch = #epoch + ?", values: [n] }]),
  fc
    .tuple(small, small)
    .map((both): Action => [
      "SET",
      { text: "#quorum = if_not_exists(#quorum, ?) - ?", values: both },
    ]),
  FITTING.box.map((more): Action => [
    "SET",
    { text: "#box = list_append(if_not_exists(#box, ?), ?)", values: [{ L: [] }, more] },
  ]),
  text.map((given): Action => ["SET", { text: "#box[0].#x = ?", values: [given] }]),
  text.map((given): Action => ["SET", { text: "#error.#x = ?", values: [given] }]),
  fc
    .constantFrom("#box[0]", "#box[1]", "#error.#x", "#parts")
    .map((gone): Action => ["REMOVE", { text: gone, values: [] }]),
  sized.map((given): Action => ["SET", { text: "#parts = ?", values: [given] }]),
  small.map((n): Action => ["ADD", { text: "#epoch ?", values: [n] }]),
  FITTING.tokens.map((more): Action => ["ADD", { text: "#tokens ?", values: [more] }]),
  FITTING.tokens.map((less): Action => ["DELETE", { text: "#tokens ?", values: [less] }]),
);

/** Any action; ADD and DELETE are for attributes as a whole alone, as AWS documents them. */
const anyAction: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(path, assignment)
      .map(([to, { text: from, values }]): Action => ["SET", { text: `${to} = ${from}`, values }]),
  },
  path.map((gone): Action => ["REMOVE", { text: gone, values: [] }]),
  fc
    .tuple(top, fc.oneof(number, set))
    .map(([to, more]): Action => ["ADD", { text: `${to} ?`, values: [more] }]),
  fc
    .tuple(top, set)
    .map(([from, less]): Action => ["DELETE", { text: `${from} ?`, values: [less] }]),
);
const action = fc.oneof({ weight: 2, arbitrary: fittingAction }, anyAction);

/** The attribute that an action changes. */
const target = ({ text }: Expression): string => /#\w+/.exec(text)?.[0] ?? text;

/**
 * An update of which no two actions change the same attribute. Like the store's, each sets something: the
 * two differ in what becomes of an item that is missing.
 */
export const update: fc.Arbitrary<Expression> = fc
  .tuple(text, fc.uniqueArray(action, { maxLength: 4, selector: ([, of]) => target(of) }))
  .map(([tx, others]) => {
    const actions: Action[] = [["SET", { text: "#tx = ?", values: [tx] }], ...others];
    const parts = (["SET", "REMOVE", "ADD", "DELETE"] as const).flatMap((section) => {
      const its = actions.filter(([word]) => word === section).map(([, of]) => of);
      return its.length > 0 ? [joined(its, (texts) => `${section} ${texts.join(", ")}`)] : [];
    });
    return joined(parts, (texts) => texts.join(" "));
  });
