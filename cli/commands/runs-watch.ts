import { followRun } from "../follow-run.ts";
import type { Host } from "../host.ts";
import { checkOut, type OutcomeOptions, printOutcome } from "../outcome.ts";
import { type GlobalOptions, openSession } from "../session.ts";

/**
 * `savepoint runs watch <id>`: shows how a run goes on until it ends, and what came of it.
 * @returns the exit code: 0 only if the run succeeded
 * @throws CliError
 */
export async function watchRun(
  host: Host,
  id: string,
  options: GlobalOptions & OutcomeOptions,
): Promise<number> {
  await checkOut(host, options);
  const session = await openSession(host, options);
  return printOutcome(session, await followRun(session, id), options);
}
