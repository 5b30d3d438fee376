import { EXIT } from "../cli-error.ts";
import { errorLines } from "../error-lines.ts";
import type { Host } from "../host.ts";
import { duration, plainJson, plainLine } from "../plain-text.ts";
import { type ShownState, shownStates } from "../operation-state.ts";
import { operationFacts } from "../progress-tree.ts";
import { type GlobalOptions, openSession } from "../session.ts";
import { table } from "../table.ts";
import type { RunStatus } from "../../lambda/core/status.ts";
import type { ApiCalls } from "../../lambda/http/api-calls.ts";
import type { Operation, Run } from "../../lambda/http/wire.ts";

/** Options of `savepoint runs show`. */
export interface ShowOptions extends GlobalOptions {
  readonly json?: boolean;
}

/**
 * `savepoint runs show <id>`: prints a run and what it has recorded.
 * @throws CliError
 */
export async function showRun(host: Host, id: string, options: ShowOptions): Promise<number> {
  const { api } = await openSession(host, options);
  const run = await api.run(id);
  const operations = await api.history(id);
  if (options.json === true) {
    host.stdout.write(`${plainJson({ ...run, operations })}\n`);
    return EXIT.ok;
  }
  const states = shownStates(run, operations);
  const children = await statusesOfChildren(api, states, operations);
  const now = host.clock.now();
  const rows = operations.map((one) => row(one, states.get(one.key) ?? one.state, children, now));
  host.stdout.write(`${summary(run, now)}\n${table(HEAD, rows)}`);
  return EXIT.ok;
}

/** Characters shown of a run's input and output; `--json` has all. */
const VALUE_MAX = 300;

/** Columns of a fact's name. */
const NAME_WIDTH = 12;

function summary(run: Run, now: number): string {
  const { startedAt, finishedAt, error, forkedFrom } = run;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["run", run.id],
    ["workflow", run.workflow],
    ["status", run.status],
    ["started", new Date(startedAt).toISOString()],
    ["took", finishedAt === undefined ? undefined : duration(finishedAt - startedAt)],
    ["goes on", goesOn(run, now)],
    ["deadline", run.deadline === undefined ? undefined : new Date(run.deadline).toISOString()],
    ["attributes", run.attributes === undefined ? undefined : plainJson(run.attributes, 0)],
    ["forked from", forkedFrom && [forkedFrom.id, forkedFrom.key ?? []].flat().join(", before ")],
    ["round", run.round === undefined || run.round === 1 ? undefined : String(run.round)],
    ["claims", String(run.epoch)],
    ["recovered", run.recoveries === 0 ? undefined : String(run.recoveries)],
    ["input", plainJson(run.input, 0)],
    ["output", run.output === undefined ? undefined : plainJson(run.output, 0)],
    ["failed in", run.failedOperation],
  ];
  const lines = facts.flatMap(([name, value]) =>
    value === undefined ? [] : [`${name.padEnd(NAME_WIDTH)}${plainLine(value, VALUE_MAX)}`],
  );
  const errors = error === undefined ? [] : ["error", ...errorLines(error)];
  return [...lines, ...errors, ""].join("\n");
}

function goesOn({ status, dueAt }: Run, now: number): string | undefined {
  // It is due as soon as there is code that did not block it.
  if (status === "blocked") return "once other code is deployed, or by runs resume";
  return dueAt === undefined ? undefined : `in ${duration(dueAt - now)}`;
}

const HEAD = ["OPERATION", "KIND", "STATE", "BYTES", "FACTS"] as const;

/** Children that are looked at: beyond these a list of them tells more. */
const CHILDREN_MAX = 10;

/** How the children stand that a run waits for, by their ids. */
async function statusesOfChildren(
  api: ApiCalls,
  states: ReadonlyMap<string, ShownState>,
  operations: readonly Operation[],
): Promise<ReadonlyMap<string, RunStatus>> {
  const ids = operations
    .filter(({ key }) => states.get(key) === "waiting")
    .flatMap(({ childId }) => childId ?? []);
  const statuses = new Map<string, RunStatus>();
  // One after another: asking for all at once would start as many instances of the API's function.
  for (const id of ids.slice(0, CHILDREN_MAX)) {
    const child = await api.findRun(id);
    if (child) statuses.set(id, child.status);
  }
  return statuses;
}

function row(
  operation: Operation,
  state: ShownState,
  children: ReadonlyMap<string, RunStatus>,
  now: number,
): string[] {
  const { key, kind, childId, bytes } = operation;
  // The state has a column of its own.
  const facts = operationFacts(operation, state, now).filter((fact) => fact !== state);
  if (childId !== undefined && state === "waiting") {
    const status = children.get(childId);
    facts.push(`child ${plainLine(childId)}${status === undefined ? "" : ` is ${status}`}`);
  }
  return [plainLine(key), plainLine(kind), state, String(bytes), facts.join(" · ")];
}
