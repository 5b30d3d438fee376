import { EXIT } from "../cli-error.ts";
import type { Host } from "../host.ts";
import { plainJson } from "../plain-text.ts";
import { type GlobalOptions, openSession } from "../session.ts";

/**
 * `savepoint runs history <id>`: prints everything that a run has recorded, as JSON that `replay` of
 * `savepoint/test` takes.
 * @throws CliError
 */
export async function printHistory(
  host: Host,
  id: string,
  options: GlobalOptions,
): Promise<number> {
  const { api } = await openSession(host, options);
  host.stdout.write(`${plainJson(await api.export(id))}\n`);
  return EXIT.ok;
}
