import type { RunAction } from "../../lambda/http/api-calls.ts";
import { EXIT } from "../cli-error.ts";
import { waysOn } from "../follow-run.ts";
import type { Host } from "../host.ts";
import { jsonOption } from "../json-option.ts";
import { plainJson, plainLine } from "../plain-text.ts";
import { type GlobalOptions, openSession } from "../session.ts";

/** Options of `savepoint runs fork`. */
export interface ForkOptions extends GlobalOptions {
  /** Key of the operation to ask again first. Default: what ended the run. */
  readonly from?: string;
  /** Another timeout. Default: that of the run. */
  readonly timeout?: string;
  /** Another input: JSON, `@FILE` or `-` for standard input. Default: that of the run. */
  readonly input?: string;
  /** Id of the new run. Default: a fresh ULID. */
  readonly id?: string;
  readonly json?: boolean;
}

/** Options of what changes a run. */
export interface ControlOptions extends GlobalOptions {
  /** For those who look at the run. */
  readonly reason?: string;
  /** Prints the reply as JSON. */
  readonly json?: boolean;
}

/** Options of `savepoint runs delete`. */
export interface DeleteOptions extends GlobalOptions {
  /** Whether its own children go, too. */
  readonly children?: boolean;
}

/**
 * `savepoint runs cancel|terminate|pause|resume <id>`: does that, and prints how the run stands then.
 * @throws CliError
 */
export async function controlRun(
  host: Host,
  action: RunAction,
  id: string,
  options: ControlOptions,
): Promise<number> {
  const { api } = await openSession(host, options);
  const { reason, json } = options;
  const run = await api.control(id, action, reason === undefined ? {} : { reason });
  host.stdout.write(json === true ? `${plainJson(run)}\n` : `${run.status}\n`);
  return EXIT.ok;
}

/**
 * `savepoint runs fork <id>`: starts a new run from a copy of what that one has recorded, and prints its id.
 * @throws UsageError for input that is no JSON, CliError
 */
export async function forkRun(host: Host, id: string, options: ForkOptions): Promise<number> {
  const { from, timeout } = options;
  const input =
    options.input === undefined ? {} : { input: await jsonOption(host, "--input", options.input) };
  const session = await openSession(host, options);
  // The id is drawn here, so that a fork whose reply got lost can be repeated.
  const forkId = options.id ?? host.ids.ulid(host.clock.now());
  const fork = await session.api.fork(id, { id: forkId, from, timeout, ...input });
  host.stdout.write(options.json === true ? `${plainJson(fork)}\n` : `${fork.id}\n`);
  for (const way of waysOn(session, fork.id)) session.screen.say(way);
  return EXIT.ok;
}

/**
 * `savepoint runs delete <id>`: deletes a finished run and all that it has recorded.
 * @throws CliError
 */
export async function deleteRun(host: Host, id: string, options: DeleteOptions): Promise<number> {
  const { api, screen } = await openSession(host, options);
  await api.delete(id, { children: options.children === true });
  screen.say(`deleted: run ${plainLine(id)}`);
  return EXIT.ok;
}
