import type { ApiCalls, RunFilter } from "../../lambda/http/api-calls.ts";
import { ApiError } from "../../lambda/http/api-error.ts";
import { EXIT, UsageError } from "../cli-error.ts";
import type { Host } from "../host.ts";
import { plainJson, plainLine } from "../plain-text.ts";
import { refusalText } from "../refusal.ts";
import { type GlobalOptions, openSession } from "../session.ts";
import type { RunSummary } from "../../lambda/http/wire.ts";
import {
  type ControlOptions,
  controlRun,
  type DeleteOptions,
  deleteRun,
  type ForkOptions,
  forkRun,
} from "./runs-control.ts";

/** Which runs are meant when no id is given. */
export interface SelectionOptions extends GlobalOptions {
  /** Any of these. */
  readonly workflow?: readonly string[];
  /** Any of these. */
  readonly status?: readonly string[];
  /** Milliseconds since the epoch; below zero, before now. */
  readonly since?: number;
  /** The same. */
  readonly until?: number;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** What became of one run. */
interface Outcome {
  readonly id: string;
  readonly status?: string;
  /** The run that was started from it. */
  readonly fork?: string;
  readonly error?: string;
}

/** What is done to one run, or to each of several. */
interface Deed {
  readonly verb: string;
  readonly one: (id: string) => Promise<number>;
  readonly each: (api: ApiCalls, run: RunSummary) => Promise<Outcome>;
  /** HTTP statuses of an API to which only this run says no. */
  readonly refusals: readonly number[];
}

/** Runs asked for at a time. */
const PAGE = 200;

/**
 * `savepoint runs cancel|resume`: does that to one run, or to all of a workflow, a status, or both. One that
 * refuses is told and does not keep the others from it.
 * @returns the exit code: 0 only if none has refused
 * @throws UsageError when it is not clear which runs are meant, CliError
 */
export const controlSelected = (
  host: Host,
  action: "cancel" | "resume",
  id: string | undefined,
  options: SelectionOptions & ControlOptions,
): Promise<number> => {
  const details = options.reason === undefined ? {} : { reason: options.reason };
  return toSelected(host, id, options, {
    verb: action,
    one: (only) => controlRun(host, action, only, options),
    each: (api, run) => api.control(run.id, action, details),
    refusals: [404, 409],
  });
};

/**
 * `savepoint runs fork`: the same with a fork of each, whose id it draws.
 * @returns the exit code: 0 only if none has refused
 * @throws UsageError when it is not clear which runs are meant, CliError
 */
export async function forkSelected(
  host: Host,
  id: string | undefined,
  options: SelectionOptions & ForkOptions,
): Promise<number> {
  const { from, timeout } = options;
  if (id === undefined && (options.id !== undefined || options.input !== undefined)) {
    throw new UsageError("--id and --input are for the fork of one run; give the id of that run");
  }
  return toSelected(host, id, options, {
    verb: "fork",
    one: (only) => forkRun(host, only, options),
    async each(api, run) {
      const fork = await api.fork(run.id, {
        id: host.ids.ulid(host.clock.now()),
        from,
        timeout,
      });
      return { id: run.id, status: fork.status, fork: fork.id };
    },
    // 422: there is nothing recorded under `from`.
    refusals: [404, 409, 422],
  });
}

/**
 * `savepoint runs delete`: the same with finished runs, which are deleted.
 * @returns the exit code: 0 only if none has refused
 * @throws UsageError when it is not clear which runs are meant, CliError
 */
export const deleteSelected = (
  host: Host,
  id: string | undefined,
  options: SelectionOptions & DeleteOptions,
): Promise<number> =>
  toSelected(host, id, options, {
    verb: "delete",
    one: (only) => deleteRun(host, only, options),
    async each(api, run) {
      await api.delete(run.id, { children: options.children === true }).catch(ifGone);
      return { id: run.id, status: "deleted" };
    },
    refusals: [409],
  });

async function toSelected(
  host: Host,
  id: string | undefined,
  options: SelectionOptions,
  { verb, one, each, refusals }: Deed,
): Promise<number> {
  const { workflow, status, since, until, dryRun } = options;
  const isChoice = workflow !== undefined || status !== undefined;
  if (id !== undefined && (isChoice || since !== undefined || until !== undefined || dryRun)) {
    throw new UsageError("give the id of one run, or options that choose several, not both");
  }
  if (id !== undefined) return one(id);
  if (!isChoice) throw new UsageError("give the id of a run, or --workflow, --status or both");
  const { api, screen } = await openSession(host, options);
  const at = (time: number) => (time < 0 ? host.clock.now() + time : time);
  const runs = await allRuns(api, {
    ...(workflow !== undefined && { workflow }),
    ...(status !== undefined && { status }),
    ...(since !== undefined && { since: at(since) }),
    ...(until !== undefined && { until: at(until) }),
  });
  const outcomes: Outcome[] = [];
  for (const run of runs) {
    const done: Outcome = dryRun
      ? { id: run.id, status: run.status }
      : await each(api, run).catch((error: unknown) => ({
          id: run.id,
          error: refusal(error, refusals),
        }));
    outcomes.push(done);
    if (options.json === true) continue;
    if (done.error !== undefined) screen.say(`refused: ${plainLine(done.error)}`);
    else host.stdout.write(`${plainLine(done.id)} ${plainLine(done.fork ?? done.status ?? "")}\n`);
  }
  if (options.json === true) host.stdout.write(`${plainJson({ runs: outcomes })}\n`);
  const refused = outcomes.filter(({ error }) => error !== undefined).length;
  const count = runs.length === 1 ? "1 run" : `${runs.length} runs`;
  screen.say(
    dryRun
      ? `${count} to ${verb}; nothing is changed`
      : `${verb}: asked of ${count}, refused by ${refused}`,
  );
  return refused === 0 ? EXIT.ok : EXIT.failed;
}

/** Every run that a filter lets through: all are known before any of them changes. */
async function allRuns(api: ApiCalls, filter: RunFilter): Promise<RunSummary[]> {
  const runs: RunSummary[] = [];
  let cursor: string | undefined;
  do {
    const page = await api.list({
      ...filter,
      limit: PAGE,
      ...(cursor !== undefined && { cursor }),
    });
    runs.push(...page.runs);
    cursor = page.next;
  } while (cursor !== undefined);
  return runs;
}

/** One that is gone already, as a child of one before it, is deleted. */
function ifGone(error: unknown): void {
  if (!(error instanceof ApiError && error.status === 404)) throw error;
}

/** Why one run refused; what concerns all of them is thrown on. */
function refusal(error: unknown, refusals: readonly number[]): string {
  if (error instanceof ApiError && refusals.includes(error.status)) return refusalText(error);
  throw error;
}
