import { EXIT } from "../cli-error.ts";
import type { Host } from "../host.ts";
import { errorLines } from "../outcome.ts";
import { duration, plainJson, plainLine } from "../plain-text.ts";
import { operationFacts } from "../progress-tree.ts";
import { type GlobalOptions, openSession } from "../session.ts";
import { table } from "../table.ts";
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
  const now = host.clock.now();
  host.stdout.write(
    options.json === true
      ? `${plainJson({ ...run, operations })}\n`
      : `${summary(run, now)}\n${table(
          HEAD,
          operations.map((one) => row(one, now)),
        )}`,
  );
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
    ["goes on", run.dueAt === undefined ? undefined : `in ${duration(run.dueAt - now)}`],
    ["deadline", run.deadline === undefined ? undefined : new Date(run.deadline).toISOString()],
    ["attributes", run.attributes === undefined ? undefined : plainJson(run.attributes, 0)],
    ["forked from", forkedFrom && [forkedFrom.id, forkedFrom.key ?? []].flat().join(", before ")],
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

const HEAD = ["OPERATION", "KIND", "STATE", "BYTES", "FACTS"] as const;

const row = (operation: Operation, now: number): string[] => [
  plainLine(operation.key),
  plainLine(operation.kind),
  operation.state,
  String(operation.bytes),
  operationFacts(operation, now).join(" · "),
];
