import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";
import { shownPath } from "../api/shown-path.ts";
import type { Log } from "../core/log.ts";
import { TOO_LARGE } from "./proxy-event.ts";

/** Methods that change nothing. */
const READS: ReadonlySet<string> = new Set(["GET", "HEAD"]);

/**
 * Tells the log who has asked for a change, and what came of it; and of an answer that was too large, which nobody but
 * its caller would know of.
 * @param request what was made of the event
 */
export function logRequest(
  log: Log,
  { httpMethod: method, requestContext }: APIGatewayProxyEvent,
  { url }: Request,
  { statusCode: status }: APIGatewayProxyResult,
): void {
  const { pathname, search } = new URL(url);
  const { authorizer, identity } = requestContext;
  const fields = {
    method,
    path: shownPath(pathname),
    // Which runs are meant by a bulk route is said there.
    ...(search !== "" && { query: search }),
    principal: (authorizer?.["principalId"] as string | undefined) ?? identity.userArn ?? undefined,
    status,
  };
  if (status === TOO_LARGE) log.error("the answer is too large to be passed on", fields);
  else if (!READS.has(method)) log.info("request answered", fields);
}
