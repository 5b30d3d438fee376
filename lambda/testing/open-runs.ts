import type { Meta } from "../store/meta.ts";
import { DUE_SHARDS } from "../store/schema.ts";
import type { Store } from "../store/store.ts";

/** The runs that have not finished, or have not yet done what follows from it. */
export async function openRuns({ dueRuns }: Pick<Store, "dueRuns">): Promise<Meta[]> {
  const shards = Array.from({ length: DUE_SHARDS }, async (_, shard) => {
    const open: Meta[] = [];
    for await (const { meta } of dueRuns(shard, Number.MAX_SAFE_INTEGER)) {
      if (meta) open.push(meta);
    }
    return open;
  });
  return (await Promise.all(shards)).flat();
}
