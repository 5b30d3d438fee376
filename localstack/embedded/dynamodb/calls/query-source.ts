import { validationError } from "../errors.ts";
import { type Item, typeOf } from "../item.ts";
import {
  identityOf,
  type KeyAttribute,
  keyMismatch,
  type KeySchema,
  placeOf,
} from "../key-schema.ts";
import type { Entry, SortedEntries } from "../sorted-entries.ts";
import type { Table } from "../table.ts";

/** What a query reads: a table, or one of its indexes. */
export interface QuerySource {
  readonly table: Table;
  /** Name of the index; undefined for the table. */
  readonly index: string | undefined;
  readonly schema: KeySchema;
  /** Attributes that entries hold; undefined when they hold all. */
  readonly attributes: readonly string[] | undefined;
  /** Attributes of a key that continues a query: those of the table and of the index. */
  readonly cursor: readonly KeyAttribute[];
  readonly partition: (partition: string) => SortedEntries<Entry> | undefined;
}

/**
 * Finds what a query names.
 *
 * @throws AwsError `ValidationException` when the table has no such index
 */
export function querySource(table: Table, indexName: string | undefined): QuerySource {
  const { schema } = table;
  if (indexName === undefined) {
    const partition = (order: string) => table.partition(order);
    const cursor = schema.attributes;
    return { table, index: undefined, schema, attributes: undefined, cursor, partition };
  }
  const index = table.index(indexName);
  if (!index) {
    throw validationError(`The table does not have the specified index: ${indexName}`);
  }
  const own = index.schema.attributes.filter(({ name }) => !schema.names.includes(name));
  return {
    table,
    index: indexName,
    schema: index.schema,
    attributes: index.attributes,
    cursor: [...schema.attributes, ...own],
    partition: (order) => index.partition(order),
  };
}

/** Where a query goes on: behind the entry of this order and identity. */
export interface Cursor {
  readonly order: string;
  readonly identity: string;
}

/**
 * Reads an `ExclusiveStartKey`.
 *
 * @param partition the partition that the query reads
 * @throws AwsError `ValidationException` when the key has another form or partition
 */
export function readCursor(source: QuerySource, partition: string, key: Item): Cursor {
  const fits = source.cursor.every(({ name, type }) => {
    const value = key[name];
    return value !== undefined && typeOf(value) === type;
  });
  if (!fits || Object.keys(key).length !== source.cursor.length) {
    throw validationError(
      "The provided starting key is invalid: The provided key element does not match the schema; " +
        `it must have ${source.cursor.map(({ name }) => name).join(", ")}`,
    );
  }
  const place = placeOf(source.schema, key);
  const tablePlace = placeOf(source.table.schema, key);
  if (!place || !tablePlace) throw keyMismatch();
  if (place.partition !== partition) {
    throw validationError(
      "The provided starting key is outside query boundaries based on provided conditions",
    );
  }
  const identity = source.index === undefined ? "" : identityOf(tablePlace);
  return { order: place.order, identity };
}
