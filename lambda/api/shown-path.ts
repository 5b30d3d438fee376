import { decoded } from "../core/decoded.ts";
import { withoutTokens } from "../core/token.ts";

/** Characters shown of a path: more than one with the longest run id has before that ends. */
const SHOWN = 300;
/** What follows the resource of tokens, wherever it is: no token yet, or one with a slip in it. */
const BELOW_TOKENS = /(?<=(?:^|\/|%2F)tokens(?:\/|%2F)).+/is;
/** What is shown encoded: it would be taken for something else, or is not seen. */
const HARD_TO_SEE = /[%/\p{C}\p{Zl}\p{Zp}]/u;

/**
 * A request's path, decoded, without what must stay secret: who reads a log or a message must not complete a token,
 * also of a request that has missed the resource of tokens.
 * @param path as it was asked for; a segment that is not encoded well is shown as it is
 * @returns 300 characters of it at most
 */
export function shownPath(path: string): string {
  const shown = path.split("/").map(shownSegment).join("/").replace(BELOW_TOKENS, "{token}");
  return shown.length > SHOWN ? `${shown.slice(0, SHOWN)}…` : shown;
}

function shownSegment(segment: string): string {
  const plain = decoded(segment);
  if (plain === undefined) return withoutTokens(segment);
  const safe = withoutTokens(plain);
  return HARD_TO_SEE.test(safe) ? encodeURIComponent(safe) : safe;
}
