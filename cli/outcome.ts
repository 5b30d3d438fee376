import { access, constants, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import * as z from "zod";
import { CliError, EXIT } from "./cli-error.ts";
import { errorLines } from "./error-lines.ts";
import type { Host } from "./host.ts";
import { plainJson, plainLine, plainText } from "./plain-text.ts";
import type { Session } from "./session.ts";
import type { Run } from "../lambda/http/wire.ts";

/** How to print what came of a run. */
export interface OutcomeOptions {
  /** One JSON object instead of the report. */
  readonly json?: boolean;
  /** File for the report, from the working folder. */
  readonly out?: string;
}

const withReport = z.looseObject({ report: z.string() });

/**
 * Makes sure that the file for the report can be written, before there is a report to be lost.
 * @throws CliError when it cannot
 */
export async function checkOut({ cwd }: Host, { out }: OutcomeOptions): Promise<void> {
  if (out === undefined) return;
  try {
    await access(dirname(resolve(cwd, out)), constants.W_OK);
  } catch (error) {
    throw new CliError(`--out: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * Prints what came of a finished run: its report when it wrote one, else its output as JSON.
 * @returns the exit code: 0 only if the run succeeded
 * @throws CliError when the file cannot be written
 */
export async function printOutcome(
  { host, screen }: Session,
  run: Run,
  { json = false, out }: OutcomeOptions,
): Promise<number> {
  const { id, status, output, error } = run;
  const hasSucceeded = status === "succeeded";
  if (hasSucceeded && out !== undefined) {
    await writeReport(resolve(host.cwd, out), reportOf(output));
    screen.say(`report written to ${out}`);
  }
  if (json) {
    const result = hasSucceeded ? { id, status, output } : { id, status, error };
    host.stdout.write(`${plainJson(result)}\n`);
  } else if (hasSucceeded && out === undefined) {
    // Where both go to one terminal, a blank line keeps the report apart from the progress.
    host.stdout.write(`${host.stdout.isTTY ? "\n" : ""}${reportOf(output)}`);
  }
  if (hasSucceeded) return EXIT.ok;
  const where = run.failedOperation === undefined ? "" : ` in ${plainLine(run.failedOperation)}`;
  screen.say([`error: run ${id} ${status}${where}`, ...errorLines(error)].join("\n"));
  return EXIT.failed;
}

function reportOf(output: unknown): string {
  const { success, data } = withReport.safeParse(output);
  return success ? `${plainText(data.report).trimEnd()}\n` : `${plainJson(output)}\n`;
}

async function writeReport(path: string, report: string): Promise<void> {
  try {
    await writeFile(path, report);
  } catch (error) {
    throw new CliError(`--out: ${(error as Error).message}`, { cause: error });
  }
}
