import type { IncomingMessage } from "node:http";
import { isOwnHost, isSecret } from "./loopback.ts";

/**
 * Headers that carry the token: the second is that of a deployed API with tokens, so that a client has one
 * way for both. Never a query string, which ends up in logs and histories.
 */
export const TOKEN_HEADER = "x-savepoint-token";
const BEARER = /^Bearer +(\S+)$/i;

/** Why a request is not let in, as the API words its errors. */
export interface Refusal {
  readonly status: 403 | 415;
  readonly code: "forbidden" | "unsupported_media_type";
  readonly message: string;
}

/** What lets a request in. */
export interface Opener {
  readonly token: string;
  /** Absolute path of the file that tells it to its owner. */
  readonly tokenFile: string;
}

/**
 * Keeps web pages out of the API: a request must name this server as its host (a page can make a name
 * of its own resolve to 127.0.0.1), come from no other origin, know the token of the stack, and bear
 * JSON, which a page cannot send elsewhere without asking first.
 * @param opener the token and the file it stands in; undefined for a route that is open to everybody who is no
 * page of another origin
 * @returns undefined when the request is let in
 */
export function refusalOf(
  { headers }: IncomingMessage,
  port: number,
  opener: Opener | undefined,
): Refusal | undefined {
  if (!isOwnHost(headers.host, port)) {
    return forbidden(`the Host header must be 127.0.0.1:${port} or localhost:${port}`);
  }
  const { origin } = headers;
  if (origin !== undefined && !isOwnOrigin(origin, port)) {
    return forbidden(`requests from pages of ${origin} are not answered`);
  }
  if (opener && !isSecret(tokenOf(headers), opener.token)) {
    return forbidden(
      `the header ${TOKEN_HEADER}, or "Authorization: Bearer", must hold the token from the file ${opener.tokenFile}; the command line takes it from SAVEPOINT_TOKEN`,
    );
  }
  return hasBody(headers) && !isJson(headers["content-type"])
    ? {
        status: 415,
        code: "unsupported_media_type",
        message: "a request with a body must have the content type application/json",
      }
    : undefined;
}

const tokenOf = ({
  [TOKEN_HEADER]: own,
  authorization = "",
}: IncomingMessage["headers"]): string | undefined =>
  own === undefined ? BEARER.exec(authorization)?.[1] : own.toString();

const forbidden = (message: string): Refusal => ({ status: 403, code: "forbidden", message });

const isOwnOrigin = (origin: string, port: number): boolean =>
  origin.startsWith("http://") && isOwnHost(origin.slice("http://".length), port);

const hasBody = (headers: IncomingMessage["headers"]): boolean =>
  headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;

const isJson = (contentType = ""): boolean =>
  contentType.split(";", 1)[0]?.trim().toLowerCase() === "application/json";
