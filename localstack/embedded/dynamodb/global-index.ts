import type { Clock, EpochMs } from "../../../lambda/core/clock.ts";
import { writeUnits } from "./capacity.ts";
import { areItemsEqual } from "./compare.ts";
import type { IndexDefinition } from "./definition.ts";
import { type Item, pickAttributes } from "./item.ts";
import { itemSize } from "./item-size.ts";
import { checkIndexKeys, type KeySchema, placeOf } from "./key-schema.ts";
import { type Entry, SortedEntries } from "./sorted-entries.ts";

/** An item's entry in an index. */
export interface IndexEntry extends Entry {
  readonly partition: string;
}

interface Change {
  readonly at: EpochMs;
  readonly before: IndexEntry | undefined;
  readonly after: IndexEntry | undefined;
}

/** When changes show in an index. */
export interface Lag {
  readonly clock: Clock;
  /** Milliseconds until a change that is made now can be read. */
  readonly lagMs: () => number;
}

/** A global secondary index: sparse, holding the keys and the projected attributes. */
export class GlobalIndex {
  readonly definition: IndexDefinition;
  readonly schema: KeySchema;
  /** Attributes that entries hold; undefined when they hold all. */
  readonly attributes: readonly string[] | undefined;
  readonly #lag: Lag;
  readonly #partitions = new Map<string, SortedEntries<IndexEntry>>();
  #waiting: Change[] = [];

  constructor(definition: IndexDefinition, schema: KeySchema, tableKey: KeySchema, lag: Lag) {
    this.definition = definition;
    this.schema = schema;
    this.#lag = lag;
    const { ProjectionType, NonKeyAttributes = [] } = definition.Projection;
    this.attributes =
      ProjectionType === "ALL"
        ? undefined
        : [...new Set([...tableKey.names, ...schema.names, ...NonKeyAttributes])];
  }

  get name(): string {
    return this.definition.IndexName;
  }

  /** Refuses an item whose attributes cannot be keys of this index. Throws `ValidationException`. */
  check(item: Item): void {
    checkIndexKeys(this.schema, this.name, item);
  }

  /**
   * The entry that an item has in this index; undefined when it lacks a key. Where nothing of
   * it has changed it is the entry it had `before`.
   */
  entryOf(item: Item, identity: string, before: IndexEntry | undefined): IndexEntry | undefined {
    const place = placeOf(this.schema, item);
    if (!place) return undefined;
    const projected = this.attributes ? pickAttributes(item, this.attributes) : item;
    if (before && areItemsEqual(before.item, projected)) return before;
    return { ...place, identity, item: projected, size: itemSize(projected) };
  }

  /** Replaces an entry, now or when the index has caught up. */
  replace(before: IndexEntry | undefined, after: IndexEntry | undefined): void {
    if (before === after) return;
    const at = this.#lag.clock.now() + this.#lag.lagMs();
    this.#waiting.push({ before, after, at });
    this.#catchUp();
  }

  /** The entries of a partition that can be read now. */
  partition(partition: string): SortedEntries<IndexEntry> | undefined {
    this.#catchUp();
    return this.#partitions.get(partition);
  }

  /** Applies what is due, up to the first change that is not: changes keep their order. */
  #catchUp(): void {
    if (this.#waiting.length === 0) return;
    const now = this.#lag.clock.now();
    const due = this.#waiting.findIndex(({ at }) => at > now);
    const ready = this.#waiting.splice(0, due === -1 ? this.#waiting.length : due);
    for (const { before, after } of ready) this.#apply(before, after);
  }

  #apply(before: IndexEntry | undefined, after: IndexEntry | undefined): void {
    if (before) {
      const partition = this.#partitions.get(before.partition);
      partition?.delete(before.order, before.identity);
      if (partition?.length === 0) this.#partitions.delete(before.partition);
    }
    if (!after) return;
    let partition = this.#partitions.get(after.partition);
    if (!partition) this.#partitions.set(after.partition, (partition = new SortedEntries()));
    partition.set(after);
  }
}

/**
 * Write units of a change in an index, each by the size of the entry: one to enter or to leave, two
 * when the key changes, one when only a projected attribute does ("Provisioned throughput
 * considerations for global secondary indexes").
 */
export function indexUnits(before: IndexEntry | undefined, after: IndexEntry | undefined): number {
  if (before === after) return 0;
  const isMoved = before?.partition !== after?.partition || before?.order !== after?.order;
  if (before && after && !isMoved) return writeUnits(Math.max(before.size, after.size));
  return (before ? writeUnits(before.size) : 0) + (after ? writeUnits(after.size) : 0);
}
