import type { Item } from "./item.ts";

/** An item in the order of its partition. */
export interface Entry {
  /** The sort key's order; "" when the key has none. */
  readonly order: string;
  /** Tells apart entries of one order, as an index may have them; "" in tables. */
  readonly identity: string;
  readonly item: Item;
  /** Bytes of the item. */
  readonly size: number;
}

/** One partition: entries in order, found by binary search. */
export class SortedEntries<E extends Entry> {
  readonly #entries: E[] = [];

  get length(): number {
    return this.#entries.length;
  }

  /** The entry at a position. */
  at(position: number): E | undefined {
    return this.#entries[position];
  }

  /** The entry of exactly this order and identity. */
  find(order: string, identity: string): E | undefined {
    const entry = this.#entries[this.startOf(order, identity)];
    return entry?.order === order && entry.identity === identity ? entry : undefined;
  }

  /** Adds an entry, or replaces the one of its order and identity. */
  set(entry: E): void {
    const position = this.startOf(entry.order, entry.identity);
    const present = this.#entries[position];
    const isSame = present?.order === entry.order && present.identity === entry.identity;
    if (isSame) this.#entries[position] = entry;
    else if (position === this.#entries.length) this.#entries.push(entry);
    else this.#entries.splice(position, 0, entry);
  }

  /** Removes the entry of this order and identity, if there is one. */
  delete(order: string, identity: string): void {
    if (this.find(order, identity)) this.#entries.splice(this.startOf(order, identity), 1);
  }

  /** Position of the first entry that is not before this order and identity. */
  startOf(order: string, identity = ""): number {
    return this.#search(
      (entry) => entry.order < order || (entry.order === order && entry.identity < identity),
    );
  }

  /** Position behind the last entry of this order. */
  endOf(order: string): number {
    return this.#search((entry) => entry.order <= order);
  }

  /** Position behind the last entry whose order begins with `prefix`. */
  endOfPrefix(prefix: string): number {
    return this.#search(({ order }) => order < prefix || order.startsWith(prefix));
  }

  [Symbol.iterator](): Iterator<E> {
    return this.#entries[Symbol.iterator]();
  }

  /** How many entries, from the first, satisfy a condition that none after them does. */
  #search(isBefore: (entry: E) => boolean): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const entry = this.#entries[middle];
      if (entry && isBefore(entry)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
