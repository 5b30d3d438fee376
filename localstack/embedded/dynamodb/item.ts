/** The types of attribute values, by the names that the protocol uses as keys. */
export type AttributeType = "S" | "N" | "B" | "BOOL" | "NULL" | "L" | "M" | "SS" | "NS" | "BS";

/** A value as the JSON protocol has it: exactly one member is present. Never changed in place. */
export interface AttributeValue {
  readonly S?: string;
  /** A decimal number, in the normal form of {@link normalizeNumber} once admitted. */
  readonly N?: string;
  /** Bytes in base64. */
  readonly B?: string;
  readonly BOOL?: boolean;
  readonly NULL?: true;
  readonly L?: readonly AttributeValue[];
  readonly M?: Item;
  readonly SS?: readonly string[];
  readonly NS?: readonly string[];
  readonly BS?: readonly string[];
}

/** Attributes by name. Never changed in place: stored items are shared with answers. */
export type Item = Readonly<Record<string, AttributeValue>>;

const TYPES: ReadonlyMap<string, AttributeType> = new Map(
  (["S", "N", "B", "BOOL", "NULL", "L", "M", "SS", "NS", "BS"] as const).map((type) => [
    type,
    type,
  ]),
);

/** The type of a value; undefined when its first member is none. */
export function typeOf(value: AttributeValue): AttributeType | undefined {
  for (const type in value) return TYPES.get(type);
  return undefined;
}

/** An attribute, seen past what every JavaScript object inherits (`constructor`, `toString`, …). */
export function attributeOf(item: Item, name: string): AttributeValue | undefined {
  return Object.hasOwn(item, name) ? item[name] : undefined;
}

/**
 * A copy of an item with some attributes replaced, and those removed whose value is undefined.
 * Attributes it does not name keep their identity.
 */
export function withAttributes(
  item: Item,
  changes: ReadonlyMap<string, AttributeValue | undefined>,
): Item {
  const changed: Record<string, AttributeValue> = {};
  for (const name in item) {
    const value = changes.has(name) ? changes.get(name) : item[name];
    if (value) setAttribute(changed, name, value);
  }
  for (const [name, value] of changes) {
    if (value && !Object.hasOwn(changed, name)) setAttribute(changed, name, value);
  }
  return changed;
}

/** Sets an attribute of an item under construction, be it even named `__proto__`. */
export function setAttribute(
  item: Record<string, AttributeValue>,
  name: string,
  value: AttributeValue,
): void {
  if (name !== "__proto__") item[name] = value;
  else Object.defineProperty(item, name, { value, enumerable: true, configurable: true });
}

/** The attributes of the given names that an item has. */
export function pickAttributes(item: Item, names: readonly string[]): Item {
  const picked: Record<string, AttributeValue> = {};
  for (const name of names) {
    const value = attributeOf(item, name);
    if (value) setAttribute(picked, name, value);
  }
  return picked;
}
