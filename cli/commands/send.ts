import { EXIT } from "../cli-error.ts";
import type { Host } from "../host.ts";
import { jsonOption } from "../json-option.ts";
import { plainLine } from "../plain-text.ts";
import { type GlobalOptions, openSession } from "../session.ts";

/** Options of `savepoint send`. */
export interface SendOptions extends GlobalOptions {
  /** What the event carries: JSON, `@FILE` or `-` for standard input. */
  readonly value: string;
  /** Idempotency key. Default: a fresh one. */
  readonly key?: string;
}

/**
 * `savepoint send <run> <event>`: sends an event into a run.
 * @throws UsageError for a value that is no JSON, CliError
 */
export async function send(
  host: Host,
  run: string,
  event: string,
  options: SendOptions,
): Promise<number> {
  const value = await jsonOption(host, "--value", options.value);
  const { api, screen } = await openSession(host, options);
  // The key is drawn here, so that a request whose reply got lost can be repeated.
  const key = options.key ?? host.ids.ulid(host.clock.now());
  await api.send(run, event, { value, key });
  screen.say(`sent: run ${plainLine(run)} has the event "${plainLine(event)}"`);
  return EXIT.ok;
}
