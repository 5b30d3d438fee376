import type { EpochMs } from "../lambda/core/clock.ts";
import { isFinished } from "../lambda/core/status.ts";
import type { Operation, Run } from "../lambda/http/wire.ts";

/**
 * Where an operation stands, for people. Not everything is recorded: a sleep that was alone is over by its time,
 * and what lost a race, or was left when the run ended, keeps the record it had.
 */
export type ShownState = Operation["state"] | "ended" | "given up";

/** What is shown of each operation of a run, by its key. */
export function shownStates(
  run: Run,
  operations: readonly Operation[],
): ReadonlyMap<string, ShownState> {
  const races = operations
    .filter((one) => one.kind === "race" && isSettled(one))
    .map(({ key }) => `${key}/`);
  const cancelledAt = operations.find(({ kind }) => kind === "cancel")?.startedAt;
  const isOver = (wakeAt: EpochMs): boolean =>
    isFinished(run.status)
      ? (run.finishedAt ?? 0) >= wakeAt
      : operations.some(({ startedAt }) => startedAt >= wakeAt);

  function stateOf(operation: Operation): ShownState {
    const { key, kind, state, startedAt, wakeAt } = operation;
    if (isSettled(operation)) return state;
    if (races.some((scope) => key.startsWith(scope))) return "given up";
    if (kind === "sleep" && wakeAt !== undefined) {
      const isCancelled = cancelledAt !== undefined && startedAt <= cancelledAt;
      if (isCancelled && cancelledAt < wakeAt) return "given up";
      if (isOver(wakeAt)) return "ended";
    }
    return isFinished(run.status) ? "given up" : state;
  }
  return new Map(operations.map((one) => [one.key, stateOf(one)]));
}

const isSettled = ({ state }: Operation): boolean => state === "succeeded" || state === "failed";
