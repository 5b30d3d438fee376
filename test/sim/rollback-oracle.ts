import { isGivenUp } from "./given-up.ts";
import { type Mirror, type MirroredOperation, numberOf, textOf } from "./mirror.ts";
import { BOOKING } from "./nodes/saga.ts";
import { lastName } from "./open-waits.ts";
import type { Trace } from "./trace.ts";

const ROLLBACK = "@rollback/";
/** Times of two processes are compared with this much patience, milliseconds. */
const SKEW_MS = 1_000;

/**
 * What is wrong with the rollbacks of a finished run; undefined when nothing is. What its code was
 * given before it ended is undone, once each; the last completed first, as far as it had completed.
 */
export function judgeRollbacks(
  mirror: Mirror,
  run: string,
  trace: Trace | undefined,
): string | undefined {
  const meta = mirror.metas.get(run);
  if (!meta) return undefined;
  const operations = mirror.operationsOf(meta);
  const rollbacks = [...operations.values()]
    .filter(({ key, item }) => key.startsWith(ROLLBACK) && textOf(item, "s") === "done")
    .sort((a, b) => placeOf(a) - placeOf(b));
  const undone = rollbacks.flatMap((rollback) => {
    const step = operations.get(rollback.key.slice(ROLLBACK.length));
    return step ? [{ rollback, step }] : [];
  });
  if (textOf(meta, "status") === "succeeded") {
    return rollbacks.length > 0 ? `${run} has succeeded and was undone` : undefined;
  }
  const wrong = undone.find(({ step: { item } }) => textOf(item, "s") !== "done" || item["f"]);
  if (undone.length < rollbacks.length || wrong) return `${run} undid what was not done`;
  return forgotten(run, trace, undone, operations) ?? misplaced(run, undone);
}

interface Undone {
  readonly rollback: MirroredOperation;
  readonly step: MirroredOperation;
}

function forgotten(
  run: string,
  trace: Trace | undefined,
  undone: readonly Undone[],
  operations: ReadonlyMap<string, MirroredOperation>,
): string | undefined {
  const given = (trace?.events ?? []).flatMap((event) => {
    const [, name] = new RegExp(`^gets (${BOOKING}[^:]*): "`).exec(event) ?? [];
    return name === undefined ? [] : [name];
  });
  for (const name of new Set(given)) {
    const wanted = given.filter((one) => one === name).length;
    const found = undone.filter(({ step }) => lastName(step.key) === name).length;
    if (found < wanted) {
      const keys = [...operations.values()].filter(({ key }) => lastName(key) === name);
      const lost = keys.filter(({ key }) => isGivenUp(operations, key)).map(({ key }) => key);
      return `${run} undid ${found} of ${wanted} ${name} (in lost branches: ${lost.join(", ")})`;
    }
  }
  return undefined;
}

function misplaced(run: string, undone: readonly Undone[]): string | undefined {
  for (const [place, earlier] of undone.entries()) {
    const begunAfter = place === 0 ? 0 : placeOf(undone[place - 1]?.rollback);
    for (const later of undone.slice(place + 1)) {
      if (placeOf(later.step) < placeOf(earlier.step)) continue;
      const endedAt = numberOf(later.step.item, "d") ?? 0;
      const hadCompleted =
        placeOf(later.step) < begunAfter ||
        endedAt < (numberOf(earlier.rollback.item, "t") ?? 0) - SKEW_MS;
      if (hadCompleted) {
        return `${run} undid ${earlier.step.key} before ${later.step.key}, which was done after it`;
      }
    }
  }
  return undefined;
}

const placeOf = (operation: MirroredOperation | undefined): number =>
  numberOf(operation?.item, "o") ?? 0;
