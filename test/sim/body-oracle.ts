import type { Entry } from "./bodies.ts";
import { type Mirror, numberOf, textOf } from "./mirror.ts";

/** What is wrong with a body being entered now; undefined when nothing is. */
export function judgeEntry(entry: Entry, mirror: Mirror, now: number): string | undefined {
  const { run, epoch, idempotencyKey, process } = entry;
  const operation = mirror.byIdempotencyKey(idempotencyKey);
  const what = `${process} entered a body of ${run}${operation ? ` (${operation.key})` : ""}`;
  if (operation && textOf(operation.item, "s") === "done") return `${what} after it was done`;
  const meta = mirror.metas.get(run);
  if (numberOf(meta, "epoch") !== epoch) {
    return `${what} in epoch ${epoch} while the run was in ${numberOf(meta, "epoch")}`;
  }
  if (!meta?.["owner"]) return `${what} without owning the run`;
  if ((numberOf(meta, "leaseUntil") ?? 0) < now) return `${what} after its lease had ended`;
  return undefined;
}
