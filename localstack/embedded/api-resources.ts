import type { IncomingMessage } from "node:http";
import { descriptor } from "../../infra/descriptor.ts";

/** The resource of the API that a request is for, as API Gateway would find it. */
export interface Target {
  readonly resource: string;
  readonly pathParameters: Readonly<Record<string, string>> | null;
}

const { method: TOKENS_METHOD, path: TOKENS } = descriptor.http.tokens;
const TOKENS_FOLDER = TOKENS.slice(0, TOKENS.indexOf("{"));

/**
 * The callback token that a request is to complete; undefined for requests of any other kind. Only what
 * has the form of a token counts, since this opens a door: no `..`, and nothing escaped.
 */
export function tokenIn({ method, url = "" }: IncomingMessage): string | undefined {
  const path = pathOf(url);
  if (method !== TOKENS_METHOD || !path.startsWith(TOKENS_FOLDER)) return undefined;
  const token = path.slice(TOKENS_FOLDER.length);
  return /^[\w-]+\.[\w-]+$/.test(token) ? token : undefined;
}

/** @param token what the request completes where that has a resource of its own */
export function targetOf({ url = "/" }: IncomingMessage, token: string | undefined): Target {
  if (token !== undefined) return { resource: TOKENS, pathParameters: { token } };
  const path = pathOf(url);
  if (path === "/") return { resource: "/", pathParameters: null };
  return { resource: "/{proxy+}", pathParameters: { proxy: decoded(path.slice(1)) } };
}

/** The URL for a log, where no token may be read. */
export const shownUrl = ({ url = "/" }: IncomingMessage): string =>
  url.startsWith(TOKENS_FOLDER) ? TOKENS : url;

const pathOf = (url: string): string => url.split("?", 1)[0] ?? "";

/** API Gateway decodes path parameters, and leaves alone what cannot be decoded. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
