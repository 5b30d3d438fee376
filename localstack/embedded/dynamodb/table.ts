import { type ConsumedCapacity, consumedCapacity, writeUnits } from "./capacity.ts";
import { schemaOf, type TableDefinition } from "./definition.ts";
import { GlobalIndex, type IndexEntry, indexUnits, type Lag } from "./global-index.ts";
import { type Item, pickAttributes } from "./item.ts";
import { identityOf, type KeySchema, type Place } from "./key-schema.ts";
import { type Entry, SortedEntries } from "./sorted-entries.ts";

/** A stored item, with its entries in the table's indexes, one an index. */
export interface Row extends Entry {
  readonly entries: readonly (IndexEntry | undefined)[];
}

/** One table with its indexes, in memory. */
export class Table {
  readonly definition: TableDefinition;
  readonly schema: KeySchema;
  readonly indexes: readonly GlobalIndex[];
  /** The attribute that says when an item expires; undefined when items do not. */
  ttlAttribute: string | undefined;
  /** Items, and their bytes together. */
  readonly totals = { items: 0, bytes: 0 };
  readonly #partitions = new Map<string, SortedEntries<Row>>();

  /** @param lag when a change shows in the index of the given name */
  constructor(definition: TableDefinition, lag: (index: string) => Lag) {
    const { AttributeDefinitions } = definition;
    const schema = schemaOf(definition.KeySchema, AttributeDefinitions);
    this.definition = definition;
    this.schema = schema;
    this.indexes = definition.GlobalSecondaryIndexes.map((index) => {
      const indexKey = schemaOf(index.KeySchema, AttributeDefinitions);
      return new GlobalIndex(index, indexKey, schema, lag(index.IndexName));
    });
  }

  get name(): string {
    return this.definition.TableName;
  }

  /** The index of this name. */
  index(name: string): GlobalIndex | undefined {
    return this.indexes.find((index) => index.name === name);
  }

  /** The item at a place. */
  find({ partition, order }: Place): Row | undefined {
    return this.#partitions.get(partition)?.find(order, "");
  }

  /** The items of a partition, in order. */
  partition(partition: string): SortedEntries<Row> | undefined {
    return this.#partitions.get(partition);
  }

  /** The key of an item. */
  keyOf(item: Item): Item {
    return pickAttributes(item, this.schema.names);
  }

  /** Every item, partition by partition. */
  *rows(): Generator<Row> {
    for (const partition of this.#partitions.values()) yield* partition;
  }

  /**
   * Puts an item in its place, or removes what is there.
   *
   * @param before what is there now
   * @param item the new item, undefined to remove; it must have been checked
   * @param size bytes of the new item
   * @returns what the change consumes
   */
  replace(
    place: Place,
    before: Row | undefined,
    item: Item | undefined,
    size: number,
  ): ConsumedCapacity {
    const units: Record<string, number> = {};
    const identity = identityOf(place);
    const entries = this.indexes.map((index, at) => {
      const old = before?.entries[at];
      const entry = item && index.entryOf(item, identity, old);
      const cost = indexUnits(old, entry);
      if (cost > 0) units[index.name] = cost;
      index.replace(old, entry);
      return entry;
    });
    if (item) this.#set(place, { order: place.order, identity: "", item, size, entries });
    else if (before) this.#delete(place);
    this.totals.items += Number(item !== undefined) - Number(before !== undefined);
    this.totals.bytes += size - (before?.size ?? 0);
    return consumedCapacity(this.name, writeUnits(Math.max(before?.size ?? 0, size)), units);
  }

  #set({ partition }: Place, row: Row): void {
    let rows = this.#partitions.get(partition);
    if (!rows) this.#partitions.set(partition, (rows = new SortedEntries()));
    rows.set(row);
  }

  #delete({ partition, order }: Place): void {
    const rows = this.#partitions.get(partition);
    rows?.delete(order, "");
    if (rows?.length === 0) this.#partitions.delete(partition);
  }
}
