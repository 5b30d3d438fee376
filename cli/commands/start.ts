import { ApiError } from "../../lambda/http/api-error.ts";
import { CliError, EXIT } from "../cli-error.ts";
import { waysOn } from "../follow-run.ts";
import type { Host } from "../host.ts";
import { jsonOption } from "../json-option.ts";
import { plainJson } from "../plain-text.ts";
import { complaints, refusalText } from "../refusal.ts";
import { otherCode, withServedCode } from "../served-code.ts";
import { type GlobalOptions, openSession } from "../session.ts";

/** Options of `savepoint start`. */
export interface StartOptions extends GlobalOptions {
  /** The input as JSON, `@FILE` or `-` for standard input. Default: none. */
  readonly input?: string;
  /** Id of the run. Default: a fresh ULID. */
  readonly id?: string;
  /** Time after which the run is cancelled if it has not finished, as "90s". Default: none. */
  readonly timeout?: string;
  /** Texts by which the run can be found. */
  readonly attribute?: Readonly<Record<string, string>>;
  /** Prints the reply as JSON. */
  readonly json?: boolean;
}

/**
 * `savepoint start <workflow>`: starts a run of any workflow, or joins the one of that id, and
 * prints its id.
 * @throws UsageError for input that is no JSON, CliError
 */
export async function start(host: Host, workflow: string, options: StartOptions): Promise<number> {
  const { timeout, attribute: attributes } = options;
  const input =
    options.input === undefined ? undefined : await jsonOption(host, "--input", options.input);
  const session = await openSession(host, options);
  // The id is drawn here, so that a start whose reply got lost can be repeated.
  const id = options.id ?? host.ids.ulid(host.clock.now());
  const request = { id, input, timeout, attributes };
  const note = otherCode(session);
  if (note !== undefined) session.screen.say(note);
  const { isNew, ...started } = await session.api
    .start(workflow, request)
    .catch((error: unknown) => {
      const told = input === undefined ? withMissingInput(error) : error;
      throw note === undefined ? withServedCode(session, told) : told;
    });
  host.stdout.write(options.json === true ? `${plainJson(started)}\n` : `${started.id}\n`);
  if (!isNew) session.screen.say(`joined: a run of that id was there, ${started.status}`);
  for (const way of waysOn(session, id)) session.screen.say(way);
  return EXIT.ok;
}

/** An input that is refused where none was given, with what to do about it; any other error as it is. */
function withMissingInput(error: unknown): unknown {
  if (!(error instanceof ApiError) || error.code !== "validation") return error;
  const hints = [...complaints(error), "no input was given; give one by --input"];
  return new CliError(refusalText(error), { hints, cause: error });
}
