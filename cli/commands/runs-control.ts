import type { RunAction } from "../api-client.ts";
import { EXIT } from "../cli-error.ts";
import type { Host } from "../host.ts";
import { plainJson, plainLine } from "../plain-text.ts";
import { type GlobalOptions, openSession } from "../session.ts";

/** Options of what changes a run. */
export interface ControlOptions extends GlobalOptions {
  /** For those who look at the run. */
  readonly reason?: string;
  /** Prints the reply as JSON. */
  readonly json?: boolean;
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
 * `savepoint runs delete <id>`: deletes a finished run and all that it has recorded.
 * @throws CliError
 */
export async function deleteRun(host: Host, id: string, options: GlobalOptions): Promise<number> {
  const { api, screen } = await openSession(host, options);
  await api.delete(id);
  screen.say(`deleted: run ${plainLine(id)}`);
  return EXIT.ok;
}
