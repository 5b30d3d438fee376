import type { Item } from "./attributes.ts";

/** A page of one shard of an index, newest first. */
export interface ShardPage {
  items: Item[];
  next: Item | undefined;
}

/** An index whose entries are spread over shards. */
export interface ShardedIndex {
  readonly shards: number;
  readonly read: (shard: number, startAfter?: Item) => Promise<ShardPage>;
  /** Sort key of an entry as a text whose order is that of the index. */
  readonly sortKey: (entry: Item) => string;
}

/**
 * Entries of all shards as one list, newest first, in chunks of about `size`. Those of the same sort key,
 * whose order in an index is undefined, come by falling primary key.
 * @param isWanted leaves out entries
 */
export async function* newestFirst(
  { shards, read, sortKey }: ShardedIndex,
  size: number,
  isWanted: (entry: Item) => boolean,
): AsyncIterable<Item[]> {
  const pages = await Promise.all(Array.from({ length: shards }, (_, shard) => read(shard)));
  const head = async (shard: number): Promise<string> => {
    for (let page = pages[shard]; page?.items.length === 0 && page.next;) {
      page = await read(shard, page.next);
      pages[shard] = page;
    }
    const entry = pages[shard]?.items[0];
    return entry ? sortKey(entry) : "";
  };
  let chunk: Item[] = [];
  for (;;) {
    let newest = "";
    for (const shard of pages.keys()) {
      const key = await head(shard);
      if (key > newest) newest = key;
    }
    const alike: Item[] = [];
    for (const [shard] of newest === "" ? [] : pages.entries()) {
      while ((await head(shard)) === newest)
        alike.push(...(pages[shard]?.items.splice(0, 1) ?? []));
    }
    chunk.push(...alike.sort(byFallingKey).filter(isWanted));
    if (chunk.length >= size || alike.length === 0) {
      if (chunk.length > 0) yield chunk;
      chunk = [];
    }
    if (alike.length === 0) return;
  }
}

const byFallingKey = (a: Item, b: Item): number =>
  (a["pk"]?.S ?? "") < (b["pk"]?.S ?? "") ? 1 : -1;
