import { isFinished } from "../lambda/core/status.ts";
import type { ApiCalls } from "../lambda/http/api-calls.ts";
import type { Operation, Run } from "../lambda/http/wire.ts";

/** An operation with the child run it asked for, once that has been started. */
export interface OperationView {
  readonly operation: Operation;
  readonly child?: RunView;
}

/** A run with everything below it, as it stood at one look. */
export interface RunView {
  readonly run: Run;
  /** In the order in which they began. */
  readonly operations: readonly OperationView[];
}

/** Looks at a run and everything below it. */
export interface RunLooker {
  /** Throws what the client does; ApiError `run_not_found` when there is no such run. */
  look(id: string): Promise<RunView>;
}

/** A looker that reads what has finished once, however often it looks. */
export function runLooker(client: ApiCalls): RunLooker {
  const finished = new Map<string, RunView>();

  const lookInto = async (run: Run, above: readonly string[]): Promise<RunView> => {
    // Read after the run itself: the history of a finished run is then whole.
    const history = await client.history(run.id);
    const lineage = [...above, run.id];
    const operations: OperationView[] = [];
    // One after another: asking for all at once would start as many instances of the API's function.
    for (const operation of history.toSorted(byBeginning)) {
      operations.push(await withChild(operation, lineage));
    }
    const view = { run, operations };
    if (isFinished(run.status) && operations.every(isOver)) finished.set(run.id, view);
    return view;
  };

  const withChild = async (
    operation: Operation,
    lineage: readonly string[],
  ): Promise<OperationView> => {
    const { childId } = operation;
    // Two runs can be attached to each other.
    if (childId === undefined || lineage.includes(childId)) return { operation };
    const known = finished.get(childId);
    if (known) return { operation, child: known };
    // A child is recorded before it is started, so it may not be there yet.
    const child = await client.findRun(childId);
    return child ? { operation, child: await lookInto(child, lineage) } : { operation };
  };

  return { look: async (id) => finished.get(id) ?? lookInto(await client.run(id), []) };
}

const byBeginning = (one: Operation, other: Operation): number =>
  one.startedAt - other.startedAt || (one.key < other.key ? -1 : 1);

const isOver = ({ child }: OperationView): boolean =>
  child === undefined || isFinished(child.run.status);
