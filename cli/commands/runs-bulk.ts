import {
  type BulkAction,
  type BulkActions,
  type BulkPage,
  type BulkReport,
  wholeReport,
} from "../../lambda/core/bulk.ts";
import type { Duration } from "../../lambda/core/duration.ts";
import { EXIT, UsageError } from "../cli-error.ts";
import type { Host } from "../host.ts";
import { plainJson, plainLine } from "../plain-text.ts";
import { refusalText } from "../refusal.ts";
import type { Screen } from "../screen.ts";
import { runFilter, type RunFilterOptions } from "../run-filter-options.ts";
import { openSession } from "../session.ts";
import {
  type ControlOptions,
  controlRun,
  type DeleteOptions,
  deleteRun,
  type ForkOptions,
  forkRun,
} from "./runs-control.ts";

/** Which runs are meant when no id is given. */
export interface SelectionOptions extends RunFilterOptions {
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Options of `savepoint runs fork`, of one run or of several. */
export interface ForkSelectedOptions extends SelectionOptions, ForkOptions {
  /** Given again, no run is forked again. Default: a fresh one. */
  readonly key?: string;
}

/** What is done to one run, or to each of several. */
interface Deed<Action extends BulkAction> {
  readonly action: Action;
  readonly one: (id: string) => Promise<number>;
  readonly details: BulkActions[Action];
}

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
): Promise<number> =>
  toSelected(host, id, options, {
    action,
    one: (only) => controlRun(host, action, only, options),
    details: { reason: options.reason },
  });

/**
 * `savepoint runs fork`: the same with a fork of each.
 * @returns the exit code: 0 only if none has refused
 * @throws UsageError when it is not clear which runs are meant, CliError
 */
export async function forkSelected(
  host: Host,
  id: string | undefined,
  options: ForkSelectedOptions,
): Promise<number> {
  const { from, timeout, key } = options;
  if (id === undefined && (options.id !== undefined || options.input !== undefined)) {
    throw new UsageError("--id and --input are for the fork of one run; give the id of that run");
  }
  if (id !== undefined && key !== undefined) {
    throw new UsageError("--key is for the forks of several runs; give --id to that of one run");
  }
  return toSelected(host, id, options, {
    action: "fork",
    one: (only) => forkRun(host, only, options),
    details: {
      from,
      timeout: timeout as Duration | undefined,
      // A request that is made again must not fork anew.
      idempotencyKey: key ?? host.ids.ulid(host.clock.now()),
    },
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
    action: "delete",
    one: (only) => deleteRun(host, only, options),
    details: { children: options.children },
  });

async function toSelected<Action extends BulkAction>(
  host: Host,
  id: string | undefined,
  options: SelectionOptions,
  { action, one, details }: Deed<Action>,
): Promise<number> {
  const { dryRun, json } = options;
  const filter = runFilter(options, host.clock.now());
  const hasFilter = Object.values(filter).some((value) => value !== undefined);
  if (id !== undefined && (hasFilter || dryRun)) {
    throw new UsageError("give the id of one run, or options that choose several, not both");
  }
  if (id !== undefined) return one(id);
  if (!filter.workflow && !filter.status)
    throw new UsageError("give the id of a run, or --workflow, --status or both");
  const { api, screen, place } = await openSession(host, options);
  const report = await wholeReport(
    api.bulk(action, filter, { ...details, dryRun }),
    json === true ? undefined : (page) => show(host, screen, page),
  );
  if (json === true) host.stdout.write(`${plainJson(report)}\n`);
  // Nothing to do is the answer of a wrong deployment, too.
  if (report.matched === 0) screen.say(`no runs to ${action} ${place}`);
  else screen.say(summary(action, dryRun === true, report));
  return report.failures.length === 0 ? EXIT.ok : EXIT.failed;
}

function show(host: Host, screen: Screen, { runs, failures }: BulkPage): void {
  for (const { id, status, fork } of runs) {
    host.stdout.write(`${plainLine(id)} ${plainLine(fork ?? status ?? "deleted")}\n`);
  }
  for (const failure of failures) screen.say(`refused: ${refusalText(failure)}`);
}

function summary(action: BulkAction, isDry: boolean, { matched, failures }: BulkReport): string {
  const count = matched === 1 ? "1 run" : `${matched} runs`;
  return isDry
    ? `${count} to ${action}; nothing is changed`
    : `${action}: asked of ${count}, refused by ${failures.length}`;
}
