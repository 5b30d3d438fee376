import { decodeValue } from "../../lambda/core/codec.ts";
import type { Item } from "../../lambda/store/attributes.ts";
import { type MirroredOperation, textOf } from "./mirror.ts";

type Operations = ReadonlyMap<string, Pick<MirroredOperation, "item" | "key">>;

/** The value of a settled operation that is kept inside its item. */
export const resultOf = (item: Item): unknown => {
  const { S: said, B: packed } = item["r"] ?? {};
  const encoded = said ?? packed;
  return encoded === undefined ? undefined : decodeValue(encoded);
};

/** Whether an operation belongs to a branch that has lost its race, or was pending at a cancel. */
export function isGivenUp(operations: Operations, key: string): boolean {
  const cancel = operations.get("@cancel");
  const wasCancelled = cancel && (resultOf(cancel.item) as string[] | undefined)?.includes(key);
  if (wasCancelled) return true;
  return lostRace(operations.values(), key) !== undefined;
}

/** The race that the branch of an operation has lost. */
export function lostRace<O extends Pick<MirroredOperation, "item" | "key">>(
  operations: Iterable<O>,
  key: string,
): O | undefined {
  for (const race of operations) {
    if (textOf(race.item, "k") !== "race" || textOf(race.item, "s") !== "done") continue;
    if (!key.startsWith(`${race.key}/`)) continue;
    if (!key.startsWith(`${race.key}/${String(resultOf(race.item))}/`)) return race;
  }
  return undefined;
}
