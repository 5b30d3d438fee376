import type { AttributeValue } from "@aws-sdk/client-dynamodb";

/** An item as DynamoDB's wire format has it. */
export type Item = Record<string, AttributeValue>;

/** A string attribute. */
export const text = (value: string): AttributeValue => ({ S: value });
/** A number attribute. */
export const number = (value: number): AttributeValue => ({ N: String(value) });

/** A map attribute of strings. */
export const textMap = (texts: Readonly<Record<string, string>>): AttributeValue => ({
  M: Object.fromEntries(Object.entries(texts).map(([name, value]) => [name, text(value)])),
});

/** A map of strings; empty when absent. */
export const textsFrom = (item: Item, name: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(item[name]?.M ?? {}).map(([key, value]) => [key, value.S ?? ""]),
  );

/** A string attribute's value, undefined when absent. */
export const optionalText = (item: Item, name: string): string | undefined => item[name]?.S;

/** A number attribute's value, undefined when absent. */
export function optionalNumber(item: Item, name: string): number | undefined {
  const value = item[name]?.N;
  return value === undefined ? undefined : Number(value);
}

/** A string attribute that every such item has. Throws when it is missing: the item is corrupt. */
export function requiredText(item: Item, name: string): string {
  const value = item[name]?.S;
  if (value === undefined) throw corrupt(item, name);
  return value;
}

/** A number attribute that every such item has. Throws when it is missing: the item is corrupt. */
export function requiredNumber(item: Item, name: string): number {
  const value = item[name]?.N;
  if (value === undefined) throw corrupt(item, name);
  return Number(value);
}

function corrupt(item: Item, name: string): Error {
  return new Error(
    `item ${item["pk"]?.S ?? "?"} · ${item["sk"]?.S ?? "?"} has no attribute "${name}"; it was not written by this version of savepoint`,
  );
}

/** The attributes of `values` that are defined. */
export function present(values: Record<string, AttributeValue | undefined>): Item {
  const item: Item = {};
  for (const [name, value] of Object.entries(values)) if (value) item[name] = value;
  return item;
}
