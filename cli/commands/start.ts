import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { CliError, EXIT, UsageError } from "../cli-error.ts";
import { waysOn } from "../follow-run.ts";
import type { Host } from "../host.ts";
import { plainJson } from "../plain-text.ts";
import { type GlobalOptions, openSession } from "../session.ts";

/** Options of `savepoint start`. */
export interface StartOptions extends GlobalOptions {
  /** The input as JSON, `@FILE` or `-` for standard input. Default: none. */
  readonly input?: string;
  /** Id of the run. Default: a fresh ULID. */
  readonly id?: string;
  /** Prints the reply as JSON. */
  readonly json?: boolean;
}

/**
 * `savepoint start <workflow>`: starts a run of any workflow, or joins the one of that id, and
 * prints its id.
 * @throws UsageError for input that is no JSON, CliError
 */
export async function start(host: Host, workflow: string, options: StartOptions): Promise<number> {
  const input = options.input === undefined ? undefined : await inputOf(host, options.input);
  const session = await openSession(host, options);
  // The id is drawn here, so that a start whose reply got lost can be repeated.
  const id = options.id ?? host.ids.ulid(host.clock.now());
  const { isNew, ...started } = await session.api.start(workflow, { id, input });
  host.stdout.write(options.json === true ? `${plainJson(started)}\n` : `${started.id}\n`);
  if (!isNew) session.screen.say(`joined: a run of that id was there, ${started.status}`);
  for (const way of waysOn(session, id)) session.screen.say(way);
  return EXIT.ok;
}

async function inputOf(host: Host, given: string): Promise<unknown> {
  const text = await textOf(host, given);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`--input is not JSON: ${(error as Error).message}`, { cause: error });
  }
}

async function textOf(host: Host, given: string): Promise<string> {
  if (given === "-") return host.readStdin();
  if (!given.startsWith("@")) return given;
  try {
    return await readFile(resolve(host.cwd, given.slice(1)), "utf8");
  } catch (error) {
    throw new CliError(`--input ${given}: ${(error as Error).message}`, { cause: error });
  }
}
