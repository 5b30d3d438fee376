import { NoProgressError } from "../core/errors.ts";
import { LIMITS } from "../core/limits.ts";
import type { Meta } from "../store/meta.ts";

type Counts = Pick<Meta, "id" | "hops" | "crashes">;

/** Whether a run may take others down with it, so that it must be advanced alone. */
export const mustBeAlone = ({ hops, crashes }: Counts): boolean =>
  crashes >= 1 || hops >= LIMITS.hopsAlone;

/** A run whose history cannot even be read: a loaded run would have been failed or reset before. */
export const killsWhenRead = ({ id, crashes }: Counts): NoProgressError | undefined =>
  crashes >= LIMITS.crashesUnread
    ? new NoProgressError(
        `run ${id} ended its process ${crashes} times before its history was read; its records may be too large for the function's memory`,
        { details: { crashes } },
      )
    : undefined;

/** Whether a cap on lack of progress is reached. */
export const isCapped = ({ hops, crashes }: Counts): boolean =>
  crashes >= LIMITS.crashesMax || hops >= LIMITS.hopsMax;

/** The error of a run that is capped, naming what it was doing. */
export function noProgress({ id, hops, crashes }: Counts, doing: string): NoProgressError {
  const what =
    crashes >= LIMITS.crashesMax
      ? `its process died ${crashes} times in a row`
      : `it was handed over ${hops} times in a row`;
  return new NoProgressError(
    `run ${id} makes no progress: ${what} while it was at ${doing}; see the logs of that step for what ends the process or outlasts the invocation`,
    { details: { hops, crashes, operation: doing } },
  );
}
