import type { ApiClient, RunFilter } from "../api-client.ts";
import { ApiError, EXIT, UsageError } from "../cli-error.ts";
import type { Host } from "../host.ts";
import { plainJson, plainLine } from "../plain-text.ts";
import { openSession } from "../session.ts";
import type { RunSummary } from "../wire.ts";
import { type ControlOptions, controlRun } from "./runs-control.ts";

/** Options of what can be done to many runs at once. */
export interface BulkOptions extends ControlOptions {
  readonly workflow?: string;
  readonly status?: string;
  /** Milliseconds since the epoch; below zero, before now. */
  readonly since?: number;
  readonly dryRun?: boolean;
}

/** What became of one run. */
interface Outcome {
  readonly id: string;
  readonly status?: string;
  readonly error?: string;
}

/** Runs asked for at a time. */
const PAGE = 200;

/**
 * `savepoint runs cancel|resume`: does that to one run, or to all of a workflow, a status, or both. One that
 * refuses is told and does not keep the others from it.
 * @returns the exit code: 0 only if none has refused
 * @throws UsageError when it is not clear which runs are meant, CliError
 */
export async function controlSelected(
  host: Host,
  action: "cancel" | "resume",
  id: string | undefined,
  options: BulkOptions,
): Promise<number> {
  const { workflow, status, since, dryRun, reason } = options;
  const isChoice = workflow !== undefined || status !== undefined;
  if (id !== undefined && (isChoice || since !== undefined || dryRun)) {
    throw new UsageError("give the id of one run, or options that choose several, not both");
  }
  if (id !== undefined) return controlRun(host, action, id, options);
  if (!isChoice) throw new UsageError("give the id of a run, or --workflow, --status or both");
  const { api, screen } = await openSession(host, options);
  const runs = await allRuns(api, {
    ...(workflow !== undefined && { workflow }),
    ...(status !== undefined && { status }),
    ...(since !== undefined && { since: since < 0 ? host.clock.now() + since : since }),
  });
  const outcomes: Outcome[] = [];
  for (const run of runs) {
    const done: Outcome = dryRun
      ? { id: run.id, status: run.status }
      : await api
          .control(run.id, action, reason === undefined ? {} : { reason })
          .catch((error: unknown) => ({ id: run.id, error: refusal(error) }));
    outcomes.push(done);
    if (options.json === true) continue;
    if (done.error !== undefined) screen.say(`refused: ${plainLine(done.error)}`);
    else host.stdout.write(`${plainLine(done.id)} ${done.status ?? ""}\n`);
  }
  if (options.json === true) host.stdout.write(`${plainJson({ runs: outcomes })}\n`);
  const refused = outcomes.filter(({ error }) => error !== undefined).length;
  const count = runs.length === 1 ? "1 run" : `${runs.length} runs`;
  screen.say(
    dryRun
      ? `${count} to ${action}; nothing is changed`
      : `${action}: asked of ${count}, refused by ${refused}`,
  );
  return refused === 0 ? EXIT.ok : EXIT.failed;
}

/** Every run that a filter lets through: all are known before any of them changes. */
async function allRuns(api: ApiClient, filter: RunFilter): Promise<RunSummary[]> {
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

/** Why one run refused; what concerns all of them is thrown on. */
function refusal(error: unknown): string {
  if (error instanceof ApiError && (error.status === 409 || error.status === 404))
    return error.message;
  throw error;
}
