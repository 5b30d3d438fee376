import type { ApiCalls, RunFilter } from "../../lambda/http/api-calls.ts";
import { EXIT } from "../cli-error.ts";
import type { Host } from "../host.ts";
import { duration, plainJson, plainLine } from "../plain-text.ts";
import { runFilter, type RunFilterOptions } from "../run-filter-options.ts";
import { openSession } from "../session.ts";
import { table } from "../table.ts";
import type { RunSummary } from "../../lambda/http/wire.ts";

/** Options of `savepoint runs list`. */
export interface ListOptions extends RunFilterOptions, Pick<RunFilter, "limit" | "cursor"> {
  readonly json?: boolean;
}

/**
 * `savepoint runs list`: prints one page of runs, newest first.
 * @throws CliError
 */
export async function listRuns(host: Host, options: ListOptions): Promise<number> {
  const { screen, api, place } = await openSession(host, options);
  const { limit, cursor } = options;
  const page = await api.list({ ...runFilter(options, host.clock.now()), limit, cursor });
  if (options.json === true) {
    host.stdout.write(`${plainJson(page)}\n`);
    return EXIT.ok;
  }
  if (page.runs.length === 0) {
    const isEnd = page.next === undefined;
    screen.say(isEnd ? `no runs ${place}${await otherWorkflows(api, options)}` : "no runs so far");
  } else
    host.stdout.write(
      table(
        HEAD,
        page.runs.map((run) => row(run, host.clock.now())),
      ),
    );
  if (page.next !== undefined) screen.say(`more: --cursor ${plainLine(page.next)}`);
  return EXIT.ok;
}

/** Which workflows have runs, when one was asked for that has none lately: its name may be misspelt. */
async function otherWorkflows(api: ApiCalls, { workflow = [] }: ListOptions): Promise<string> {
  if (workflow.length === 0) return "";
  const { runs } = await api.list({});
  const names = [...new Set(runs.map((run) => run.workflow))].toSorted();
  if (names.length === 0 || workflow.every((name) => names.includes(name))) return "";
  return `; the newest are of ${names.map((name) => plainLine(name)).join(", ")}`;
}

const HEAD = ["ID", "WORKFLOW", "STATUS", "STARTED", "TOOK"] as const;

const row = (
  { id, workflow, status, startedAt, finishedAt }: RunSummary,
  now: number,
): string[] => [
  plainLine(id),
  plainLine(workflow),
  status,
  new Date(startedAt).toISOString(),
  duration((finishedAt ?? now) - startedAt),
];
