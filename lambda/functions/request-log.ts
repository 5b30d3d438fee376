import type { APIGatewayProxyEvent } from "aws-lambda";
import { shownPath } from "../api/shown-path.ts";
import type { Log } from "../core/log.ts";
import { withoutTokens } from "../core/token.ts";

/** Methods that change nothing. */
const READS: ReadonlySet<string> = new Set(["GET", "HEAD"]);

/**
 * Tells the log who has asked for a change, and what came of it; and of an answer that was too large for Lambda, which
 * nobody but its caller would know of.
 * @param request what was made of the event
 * @param answer status of what the API answered, and of what is passed on of it; path of what was made, such as a run
 */
export function logRequest(
  log: Log,
  { httpMethod: method, requestContext }: APIGatewayProxyEvent,
  { url }: Request,
  answer: {
    readonly status: number;
    readonly passedOn: number;
    readonly location?: string | null;
  },
): void {
  const { pathname, search } = new URL(url);
  // That of a start or a fork is not in the path.
  const run = answer.location?.replace(/^\/runs\//, "");
  const { authorizer, identity } = requestContext;
  const fields = {
    method,
    path: shownPath(pathname),
    // Which runs are meant by a bulk route is said there.
    ...(search !== "" && { query: withoutTokens(search) }),
    ...(run !== undefined && { run }),
    principal: (authorizer?.["principalId"] as string | undefined) ?? identity.userArn ?? undefined,
    status: answer.passedOn,
  };
  if (answer.passedOn !== answer.status)
    log.error("the answer is too large to be passed on", fields);
  else if (!READS.has(method)) log.info("request answered", fields);
}
