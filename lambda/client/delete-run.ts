import { RunConflictError } from "../core/errors.ts";
import { assertOptions } from "../core/known-options.ts";
import { isFinished } from "../core/status.ts";
import { historyOf, mayBeAtWork, type Meta } from "../store/meta.ts";
import type { ClientDependencies } from "./dependencies.ts";
import { hintRun } from "./hint-run.ts";
import { atWork, conflict, readRun } from "./read-run.ts";

/** What is deleted with a run. */
export interface DeleteOptions {
  /**
   * The child runs that it has started under ids of its own, and theirs. All of them must have finished.
   * Default: they stay.
   */
  readonly children?: boolean | undefined;
}

/**
 * Row 29: deletes a finished run, and its children if told so. Those go first, the furthest down before all
 * others: what a crash leaves still names the rest, and the next attempt goes on.
 * @throws RunNotFoundError, RunConflictError
 */
export async function deleteRun(
  deps: ClientDependencies,
  id: string,
  options: DeleteOptions,
): Promise<void> {
  assertOptions("delete", options, { children: true });
  const { children = false } = options;
  const run = await readRun(deps, id);
  const family = children && isFinished(run.status) ? await descendantsOf(deps, run) : [];
  const now = deps.clock.now();
  const busy = [...family, run].find((one) => isFinished(run.status) && mayBeAtWork(one, now));
  // Before anything is deleted.
  if (busy) throw atWork(busy, "delete");
  for (const one of [...family, run]) await deleteOne(deps, one);
}

/** The finished runs that a run has started, each after those that it has started itself. */
async function descendantsOf(deps: ClientDependencies, run: Meta): Promise<Meta[]> {
  const found: Meta[] = [];
  for (const child of await childrenOf(deps, run)) {
    if (!isFinished(child.status)) {
      throw conflict(
        run,
        `has started "${child.id}", which is ${child.status}; cancel that run, or delete the run without its children`,
      );
    }
    found.push(...(await descendantsOf(deps, child)), child);
  }
  return found;
}

async function childrenOf({ store }: ClientDependencies, run: Meta): Promise<Meta[]> {
  const ids = new Set<string>();
  for (let generation = 0; generation <= run.generation; generation += 1) {
    for (const { childId } of await store.loadHistory(historyOf({ ...run, generation }))) {
      if (childId !== undefined && isGivenByParent(childId)) ids.add(childId);
    }
  }
  const there = await store.readRuns([...ids]);
  return [...there.values()].filter(
    ({ parent }) => parent?.id === run.id && parent.incarnation === run.incarnation,
  );
}

/** Whether an id was made of a parent's: users give none with a tilde. */
const isGivenByParent = (id: string): boolean => id.includes("~");

async function deleteOne(deps: ClientDependencies, run: Meta): Promise<void> {
  const { id } = run;
  const deleted = await deps.store.deleteRun(run, deps.clock.now());
  switch (deleted.outcome) {
    case "deleted":
      return;
    case "unfinished": {
      const { meta } = deleted;
      throw conflict(meta, `is ${meta.status}; only a run that has finished can be deleted`);
    }
    case "owing":
      await hintRun(deps, id, undefined);
      throw conflict(
        deleted.meta,
        "has finished, but runs that depend on it have not been told yet; delete it in a moment",
      );
    case "at-work":
      throw atWork(deleted.meta, "delete");
    case "awaited":
      throw new RunConflictError(
        `run "${deleted.by.id}" waits for run "${id}" and has not recorded its outcome; delete it later`,
        { details: { id, awaitedBy: deleted.by.id } },
      );
  }
}
