import * as z from "zod";
import type { SavepointError } from "../lambda/core/errors.ts";
import { plainLine } from "./plain-text.ts";

/** Longest message shown, characters. */
const MESSAGE_MAX = 2_000;

const withIssues = z.looseObject({
  issues: z.array(z.union([z.string(), z.looseObject({ path: z.string(), message: z.string() })])),
});

/** What the API said against a request, harmless for a terminal. */
export const refusalText = ({ message }: Pick<SavepointError, "message">): string =>
  plainLine(message, MESSAGE_MAX);

/** Its complaints about single fields, as far as its message leaves them out. */
export function complaints({ message, details }: SavepointError): string[] {
  const { issues = [] } = withIssues.safeParse(details).data ?? {};
  return issues
    .map((issue) =>
      typeof issue === "string"
        ? { text: issue, message: issue }
        : { text: `${issue.path || "input"}: ${issue.message}`, message: issue.message },
    )
    .filter((issue) => !message.includes(issue.message))
    .map((issue) => plainLine(issue.text));
}
