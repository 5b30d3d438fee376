import type { Item } from "../../lambda/store/attributes.ts";
import { type Mirror, numberOf, textOf } from "./mirror.ts";
import { ADDED } from "./nodes/versions.ts";

/**
 * Whether a run is blocked that no code fits any more. A worker whose code has the step that was added had begun
 * that, and died; one with the code before went on, which does not ask for it and so does not mark it; then the
 * first one's record came. Both are at one place.
 */
export function isTorn(mirror: Mirror, meta: Item): boolean {
  if (textOf(meta, "status") !== "blocked") return false;
  const operations = mirror.operationsOf(meta);
  const added = operations.get(ADDED)?.item;
  return [...operations.values()].some(
    ({ item, key }) =>
      added !== undefined &&
      key !== ADDED &&
      !key.includes("/") &&
      numberOf(item, "i") === numberOf(added, "i"),
  );
}
