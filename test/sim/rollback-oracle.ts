import { ROLLBACK_PREFIX } from "../../lambda/core/undone.ts";
import { type Mirror, type MirroredOperation, numberOf, textOf } from "./mirror.ts";
import { BOOKING } from "./nodes/saga.ts";
import { lastName } from "./open-waits.ts";
import type { Trace } from "./trace.ts";

/** What a trace says of a step's result, with the step's name. */
const GIVEN = new RegExp(`^gets (${BOOKING}[^:]*): "`);

/**
 * What is wrong with the rollbacks of a finished run; undefined when nothing is. What its code was
 * given before it ended is undone, once each; the last completed first, as far as it had completed. A fork leaves
 * alone what it has from its source.
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
    .filter(({ key, item }) => key.startsWith(ROLLBACK_PREFIX) && textOf(item, "s") === "done")
    .sort((a, b) => placeOf(a) - placeOf(b));
  const undone = rollbacks.flatMap((rollback) => {
    const step = operations.get(rollback.key.slice(ROLLBACK_PREFIX.length));
    return step ? [{ rollback, step }] : [];
  });
  if (textOf(meta, "status") === "succeeded") {
    return rollbacks.length > 0 ? `${run} has succeeded and was undone` : undefined;
  }
  const wrong = undone.find(({ step: { item } }) => textOf(item, "s") !== "done" || item["f"]);
  if (undone.length < rollbacks.length || wrong) return `${run} undid what was not done`;
  const others = undone.find(({ step }) => isInherited(step));
  if (others) return `${run} undid ${others.step.key}, which its source has done`;
  const given = givenBefore(trace);
  // What a fork has from its source is its source's to undo.
  for (const { key } of [...operations.values()].filter(isInherited)) {
    const name = lastName(key);
    given.set(name, (given.get(name) ?? 0) - 1);
  }
  return forgotten(run, given, undone) ?? misplaced(run, given, undone);
}

interface Undone {
  readonly rollback: MirroredOperation;
  readonly step: MirroredOperation;
}

const isInherited = ({ item }: MirroredOperation): boolean => item["y"]?.BOOL === true;

/** How often the code was given the result of each step that can be undone, before it ended. */
function givenBefore(trace: Trace | undefined): Map<string, number> {
  const given = new Map<string, number>();
  for (const event of trace?.events ?? []) {
    const [, name] = GIVEN.exec(event) ?? [];
    if (name !== undefined) given.set(name, (given.get(name) ?? 0) + 1);
  }
  return given;
}

const undoneOf = (undone: readonly Undone[], name: string): number =>
  undone.filter(({ step }) => lastName(step.key) === name).length;

function forgotten(
  run: string,
  given: ReadonlyMap<string, number>,
  undone: readonly Undone[],
): string | undefined {
  for (const [name, times] of given) {
    const found = undoneOf(undone, name);
    if (found < times) return `${run} undid ${found} of ${times} ${name}`;
  }
  return undefined;
}

/** A step that completes while others are being undone comes next, and not before them. */
function misplaced(
  run: string,
  given: ReadonlyMap<string, number>,
  undone: readonly Undone[],
): string | undefined {
  const wasGiven = ({ step }: Undone) => {
    const name = lastName(step.key);
    return given.get(name) === undoneOf(undone, name);
  };
  for (const [place, earlier] of undone.entries()) {
    const begunAfter = placeOf(undone[place - 1]?.rollback);
    for (const later of undone.slice(place + 1)) {
      if (placeOf(later.step) < placeOf(earlier.step)) continue;
      const hadCompleted = placeOf(later.step) < begunAfter;
      if (hadCompleted || (wasGiven(earlier) && wasGiven(later))) {
        return `${run} undid ${earlier.step.key} before ${later.step.key}, which was done after it`;
      }
    }
  }
  return undefined;
}

const placeOf = (operation: MirroredOperation | undefined): number =>
  numberOf(operation?.item, "o") ?? 0;
