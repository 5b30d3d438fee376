import type { RunHandle } from "../client/run-handle.ts";
import { RunNotFoundError } from "../core/errors.ts";
import { isPossibleRunId } from "../core/keys.ts";
import type { RouteContext } from "./route.ts";

/** The run of a path. Throws RunNotFoundError for what cannot be an id. */
export function findRun({ savepoint }: RouteContext, id: string): RunHandle {
  if (isPossibleRunId(id)) return savepoint.get(id);
  throw new RunNotFoundError(`there is no run ${JSON.stringify(id)}: that is not a run id`);
}
