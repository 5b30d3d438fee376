import { keyOrder } from "../compare.ts";
import { invalidParameter, validationError } from "../errors.ts";
import type { KeyTerm } from "../expressions/key-condition.ts";
import { type AttributeValue, type Item, typeOf } from "../item.ts";
import type { KeyAttribute, KeySchema } from "../key-schema.ts";
import type { Entry, SortedEntries } from "../sorted-entries.ts";

/** The part of a partition that a key condition selects. */
export interface KeyRange {
  /** The partition's order, see `keyOrder`. */
  readonly partition: string;
  /** Positions of the first selected entry and behind the last. */
  readonly boundsIn: (entries: SortedEntries<Entry>) => readonly [from: number, to: number];
}

/**
 * Fits the terms of a key condition to a key.
 *
 * @throws AwsError `ValidationException` when the partition key is not set equal to a value, or a
 * term is about something else than the sort key
 */
export function keyRange(terms: readonly KeyTerm[], schema: KeySchema, values: Item): KeyRange {
  const partition = terms.find(({ name }) => name === schema.partition.name);
  if (!partition) {
    throw validationError(`Query condition missed key schema element: ${schema.partition.name}`);
  }
  const others = terms.filter((term) => term !== partition);
  const [sort] = others;
  if (partition.operator !== "=" || others.length > 1) {
    throw validationError("Query key condition not supported");
  }
  const [hash = ""] = ordersOf(partition, schema.partition, values);
  if (!sort) return { partition: hash, boundsIn: (entries) => [0, entries.length] };
  if (sort.name !== schema.sort?.name) {
    throw validationError(
      `Query condition missed key schema element: ${schema.sort?.name ?? "none"}; ` +
        `${sort.name} is not part of the key`,
    );
  }
  const [first = "", second = ""] = ordersOf(sort, schema.sort, values);
  return { partition: hash, boundsIn: (entries) => bounds(entries, sort.operator, first, second) };
}

function bounds(
  entries: SortedEntries<Entry>,
  operator: KeyTerm["operator"],
  first: string,
  second: string,
): readonly [number, number] {
  switch (operator) {
    case "=":
      return [entries.startOf(first), entries.endOf(first)];
    case "<":
      return [0, entries.startOf(first)];
    case "<=":
      return [0, entries.endOf(first)];
    case ">":
      return [entries.endOf(first), entries.length];
    case ">=":
      return [entries.startOf(first), entries.length];
    case "between":
      return [entries.startOf(first), entries.endOf(second)];
    default:
      return [entries.startOf(first), entries.endOfPrefix(first)];
  }
}

function ordersOf(term: KeyTerm, attribute: KeyAttribute, values: Item): string[] {
  return term.values.map((name) => {
    const value: AttributeValue = values[name] ?? {};
    if (typeOf(value) !== attribute.type) {
      throw invalidParameter(
        `Condition parameter type does not match schema type: ${name} of type ` +
          `${typeOf(value)} for the key ${attribute.name} of type ${attribute.type}`,
      );
    }
    if (value.S === "" || value.B === "") {
      throw validationError(
        "One or more parameter values are not valid. The AttributeValue for a key attribute " +
          `cannot contain an empty string value. Key: ${attribute.name}`,
      );
    }
    return keyOrder(value);
  });
}
