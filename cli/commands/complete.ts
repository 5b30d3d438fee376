import { EXIT } from "../cli-error.ts";
import type { Host } from "../host.ts";
import { jsonOption } from "../json-option.ts";
import { type GlobalOptions, openSession } from "../session.ts";

/** Options of `savepoint complete`. */
export interface CompleteOptions extends GlobalOptions {
  /** What the token is completed with: JSON, `@FILE` or `-` for standard input. */
  readonly value: string;
}

/**
 * `savepoint complete <token>`: completes a callback token.
 * @throws UsageError for a value that is no JSON, CliError
 */
export async function complete(
  host: Host,
  token: string,
  options: CompleteOptions,
): Promise<number> {
  const value = await jsonOption(host, "--value", options.value);
  const { api, screen } = await openSession(host, options);
  // Drawn here, so that a request whose reply got lost can be repeated: the token is good once.
  const key = host.ids.ulid(host.clock.now());
  await api.complete(token, { value, key });
  screen.say("completed: the run has the value");
  return EXIT.ok;
}
