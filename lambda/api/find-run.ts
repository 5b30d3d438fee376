import type { RunHandle } from "../client/run-handle.ts";
import { RunNotFoundError } from "../core/errors.ts";
import { isPossibleRunId } from "../core/run-id.ts";
import type { RouteContext } from "./route.ts";

/** Characters shown of what is no id. */
const SHOWN = 200;

/** The run of a path. Throws RunNotFoundError for what cannot be an id. */
export function findRun({ savepoint }: RouteContext, id: string): RunHandle {
  if (isPossibleRunId(id)) return savepoint.get(id);
  const shown = id.length > SHOWN ? `${id.slice(0, SHOWN)}…` : id;
  throw new RunNotFoundError(`there is no run ${JSON.stringify(shown)}: that is not a run id`);
}
