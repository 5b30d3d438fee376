import type { AwsError } from "../aws-error.ts";
import { keyOrder } from "./compare.ts";
import { invalidParameter, validationError } from "./errors.ts";
import { attributeOf, type AttributeValue, type Item, typeOf } from "./item.ts";
import { valueSize } from "./item-size.ts";

/** Limits of key values ("Quotas in Amazon DynamoDB"). */
const MAX_PARTITION_KEY_BYTES = 2048;
const MAX_SORT_KEY_BYTES = 1024;

/** An attribute of a key. */
export interface KeyAttribute {
  readonly name: string;
  readonly type: "S" | "N" | "B";
  readonly maxBytes: number;
}

/** The key of a table or of an index. */
export interface KeySchema {
  readonly partition: KeyAttribute;
  readonly sort: KeyAttribute | undefined;
  readonly attributes: readonly KeyAttribute[];
  readonly names: readonly string[];
}

/** Where an item lies: its partition, and its place in the partition's order. */
export interface Place {
  readonly partition: string;
  readonly order: string;
}

/** A key's schema from the names and types of its attributes. */
export function keySchema(
  partition: Pick<KeyAttribute, "name" | "type">,
  sort?: Pick<KeyAttribute, "name" | "type">,
): KeySchema {
  const hash = { ...partition, maxBytes: MAX_PARTITION_KEY_BYTES };
  const range = sort && { ...sort, maxBytes: MAX_SORT_KEY_BYTES };
  const attributes = range ? [hash, range] : [hash];
  return { partition: hash, sort: range, attributes, names: attributes.map(({ name }) => name) };
}

/** Where an item lies by this key; undefined when it lacks a part of the key. */
export function placeOf({ partition, sort }: KeySchema, item: Item): Place | undefined {
  const hash = attributeOf(item, partition.name);
  const range = sort && attributeOf(item, sort.name);
  if (!hash || (sort && !range)) return undefined;
  return { partition: keyOrder(hash), order: range ? keyOrder(range) : "" };
}

/** A string that no two keys of one table share. */
export function identityOf({ partition, order }: Place): string {
  return `${partition.length}:${partition}${order}`;
}

/**
 * Checks that an item to be stored has the table's key.
 *
 * @throws AwsError `ValidationException` naming the attribute
 */
export function checkItemKey(schema: KeySchema, item: Item): Place {
  for (const attribute of schema.attributes) {
    const value = attributeOf(item, attribute.name);
    if (!value) throw invalidParameter(`Missing the key ${attribute.name} in the item`);
    const type = typeOf(value);
    if (type !== attribute.type) {
      throw invalidParameter(
        `Type mismatch for key ${attribute.name} expected: ${attribute.type} actual: ${type}`,
      );
    }
    checkKeyValue(attribute, value);
  }
  return existingPlace(schema, item);
}

/**
 * Checks that a request's key names exactly the key's attributes.
 *
 * @throws AwsError `ValidationException`
 */
export function checkKey(schema: KeySchema, key: Item): Place {
  const fits = schema.attributes.every(({ name, type }) => {
    const value = attributeOf(key, name);
    return value !== undefined && typeOf(value) === type;
  });
  if (!fits || Object.keys(key).length !== schema.names.length) throw keyMismatch();
  for (const attribute of schema.attributes) {
    checkKeyValue(attribute, attributeOf(key, attribute.name) ?? {});
  }
  return existingPlace(schema, key);
}

/**
 * Checks those attributes of an item that are keys of an index: absent ones are allowed.
 *
 * @throws AwsError `ValidationException` naming attribute and index
 */
export function checkIndexKeys(schema: KeySchema, index: string, item: Item): void {
  for (const { name, type, maxBytes } of schema.attributes) {
    const value = attributeOf(item, name);
    if (!value) continue;
    const actual = typeOf(value);
    if (actual !== type) {
      throw invalidParameter(
        `Type mismatch for Index Key ${name} Expected: ${type} Actual: ${actual} IndexName: ${index}`,
      );
    }
    if (isEmpty(value)) {
      throw validationError(
        "One or more parameter values are not valid. A value specified for a secondary index key " +
          "is not supported. The AttributeValue for a key attribute cannot contain an empty " +
          `string value. IndexName: ${index}, IndexKey: ${name}`,
      );
    }
    if (valueSize(value) > maxBytes) {
      throw invalidParameter(
        `Size of the index key ${name} has exceeded the maximum size limit of ${maxBytes} bytes. ` +
          `IndexName: ${index}`,
      );
    }
  }
}

/** A key that does not have the form of the table's. */
export function keyMismatch(): AwsError {
  return validationError("The provided key element does not match the schema");
}

function existingPlace(schema: KeySchema, item: Item): Place {
  const place = placeOf(schema, item);
  if (!place) throw keyMismatch();
  return place;
}

function checkKeyValue({ name, maxBytes }: KeyAttribute, value: AttributeValue): void {
  if (isEmpty(value)) {
    throw validationError(
      "One or more parameter values are not valid. The AttributeValue for a key attribute " +
        `cannot contain an empty string value. Key: ${name}`,
    );
  }
  if (valueSize(value) <= maxBytes) return;
  throw invalidParameter(
    maxBytes === MAX_PARTITION_KEY_BYTES
      ? `Size of hashkey has exceeded the maximum size limit of ${maxBytes} bytes`
      : `Aggregated size of all range keys has exceeded the size limit of ${maxBytes} bytes`,
  );
}

function isEmpty(value: AttributeValue): boolean {
  return value.S === "" || value.B === "";
}
