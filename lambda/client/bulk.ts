import { createHash } from "node:crypto";
import {
  type BulkAction,
  type BulkActions,
  type BulkFailure,
  BULK_OPTIONS,
  type BulkPage,
  type BulkRun,
} from "../core/bulk.ts";
import { InvalidArgumentError, RunNotFoundError, SavepointError } from "../core/errors.ts";
import { assertIdempotencyKey } from "../core/keys.ts";
import { assertOptions } from "../core/known-options.ts";
import { runTimeoutMs } from "../core/run-timeout.ts";
import type { ListedRun } from "../store/list-runs.ts";
import type { Meta } from "../store/meta.ts";
import { assertReason, runControl } from "./control-run.ts";
import { deleteRun } from "./delete-run.ts";
import type { ClientDependencies } from "./dependencies.ts";
import { forkRun } from "./fork-run.ts";
import { cursorAfter, findRuns } from "./list.ts";
import { readRun } from "./read-run.ts";
import { resumeRun } from "./resume-run.ts";
import type { ListOptions, RunFilter } from "../core/run-filter.ts";

/** Runs that are acted on at a time: a fork or resume holds the whole history of its run. */
const AT_A_TIME = 4;
/**
 * Time after which no further run of a page is begun with, milliseconds: far below the 29 s after which API
 * Gateway answers by itself, since what is under way then may take as long again.
 */
const PAGE_MS = 10_000;
/** How much of it is for looking for them, milliseconds. */
const SEARCH_MS = 5_000;

/**
 * Does something to one page of the runs that a filter lets through. It ends early when it takes long: `next`
 * then leads to the rest. Everything that is done to a run can be done again without harm, so whoever does
 * not hear of the end of a page asks for it once more.
 * @throws InvalidArgumentError for a filter that names neither a workflow nor a status, and for options that
 * make no sense whatever the run, StoreUnavailableError
 */
export async function bulkPage<Action extends BulkAction>(
  deps: ClientDependencies,
  action: Action,
  filter: ListOptions,
  options: BulkActions[Action],
): Promise<BulkPage> {
  assertAction(action);
  assertOptions(`bulk "${action}"`, options, BULK_OPTIONS[action]);
  assertNamed(action, filter);
  const act = ACTIONS[action](deps, options);
  const began = deps.clock.monotonic();
  const isOver = (afterMs: number) => deps.clock.monotonic() - began >= afterMs;
  const { found, next } = await findRuns(deps, filter, () => isOver(SEARCH_MS));
  const chosen = found.filter(({ meta }) => meta === undefined || !isOwnFork(meta, options));
  if (options.dryRun === true) {
    const runs = chosen.map((run) =>
      run.meta ? { id: run.id, status: run.meta.status } : failureOf(run, run.error),
    );
    return pageOf(runs, { done: 0, next });
  }
  const outcomes = await inTurn(chosen, act, () => !isOver(PAGE_MS));
  const last = chosen[outcomes.length - 1];
  const isCut = last !== undefined && outcomes.length < chosen.length;
  const done = outcomes.filter((one) => !isFailure(one)).length;
  return pageOf(outcomes, { done, next: isCut ? cursorAfter(last) : next });
}

type Outcome = BulkRun | BulkFailure;
type Act = (run: Pick<Meta, "id">) => Promise<BulkRun>;

/** What is done to each run. Throws InvalidArgumentError for options that suit none. */
const ACTIONS: {
  readonly [Action in BulkAction]: (deps: ClientDependencies, options: BulkActions[Action]) => Act;
} = {
  cancel(deps, { reason }) {
    assertReason(reason);
    return async ({ id }) => {
      await runControl(deps, id).cancel({ reason });
      return standing(deps, id);
    };
  },
  resume:
    (deps) =>
    async ({ id }) => {
      await resumeRun(deps, id);
      return standing(deps, id);
    },
  fork(deps, { from, timeout, idempotencyKey: key }) {
    if (timeout !== undefined) runTimeoutMs(timeout);
    if (key !== undefined) assertIdempotencyKey(key);
    return async ({ id }) => {
      const fork = await forkRun(deps, id, {
        timeout,
        ...(from !== undefined && { from }),
        ...(key !== undefined && { id: forkId(key, id) }),
      });
      return { id, status: fork.status, fork: fork.id };
    };
  },
  delete:
    (deps, { children }) =>
    async ({ id }) => {
      await deleteRun(deps, id, { children }).catch(ifGone);
      return { id };
    },
};

async function standing(deps: ClientDependencies, id: string): Promise<BulkRun> {
  const { status } = await readRun(deps, id);
  return { id, status };
}

/** One that is gone already, as a child of one before it, is deleted. */
function ifGone(error: unknown): void {
  if (!(error instanceof RunNotFoundError)) throw error;
}

/** Id of the fork that a run has under a key. */
const forkId = (key: string, source: string): string =>
  `fork-${createHash("sha256").update(`${source}\n${key}`).digest("hex").slice(0, 32)}`;

/** Whether a run is a fork made under the same key: it matches the filter when it ends as its source did. */
function isOwnFork({ id, forkedFrom }: Meta, options: BulkActions[BulkAction]): boolean {
  const key = "idempotencyKey" in options ? options.idempotencyKey : undefined;
  return key !== undefined && forkedFrom !== undefined && id === forkId(key, forkedFrom.id);
}

function assertAction(action: string): void {
  if (Object.hasOwn(ACTIONS, action)) return;
  throw new InvalidArgumentError(
    `bulk cannot "${action}" runs; it can ${Object.keys(ACTIONS).join(", ")}`,
  );
}

/** Throws InvalidArgumentError for a filter that would let all runs through. */
function assertNamed(action: BulkAction, { workflow = [], status = [] }: RunFilter): void {
  if ([workflow, status].flat(2).length > 0) return;
  throw new InvalidArgumentError(
    `to ${action} many runs, give a workflow, a status or both: without, the filter lets all runs through`,
  );
}

/**
 * Acts on runs in their order, some at a time, until all are through or there is no time for another.
 * @returns what came of the first ones of them, of one at least
 * @throws what no run is to blame for, once nothing is under way any more
 */
async function inTurn(
  runs: readonly ListedRun[],
  act: Act,
  hasTime: () => boolean,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  let begun = 0;
  let isBroken = false;
  const lane = async (): Promise<void> => {
    while (!isBroken && (begun === 0 || hasTime())) {
      const place = begun;
      const run = runs[place];
      if (!run) return;
      begun += 1;
      try {
        outcomes[place] = run.meta
          ? await act(run).catch((error: unknown) => failureOf(run, error))
          : failureOf(run, run.error);
      } catch (error) {
        isBroken = true;
        throw error;
      }
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: AT_A_TIME }, lane));
  for (const ended of lanes) if (ended.status === "rejected") throw ended.reason;
  return outcomes;
}

/** Why it could not be done to one run; what may concern all of them is thrown on. */
function failureOf({ id }: ListedRun, error: unknown): BulkFailure {
  if (!(error instanceof SavepointError) || error.code === "store_unavailable") throw error;
  return { id, code: error.code, message: error.message };
}

const isFailure = (one: Outcome): one is BulkFailure => "code" in one;

const pageOf = (
  outcomes: readonly Outcome[],
  { done, next }: { readonly done: number; readonly next: string | undefined },
): BulkPage => ({
  matched: outcomes.length,
  done,
  runs: outcomes.filter((one) => !isFailure(one)),
  failures: outcomes.filter(isFailure),
  ...(next !== undefined && { next }),
});
