import { createHash, timingSafeEqual } from "node:crypto";
import { isPossibleRunId } from "./run-id.ts";

/** The operation that a callback token belongs to. */
export interface TokenOwner {
  readonly runId: string;
  readonly incarnation: string;
  /** Key of the operation. */
  readonly key: string;
}

/** What the record of a token holds. */
export interface RecordedToken {
  readonly token: string;
  /** When it can no longer be completed, milliseconds since the epoch; absent when it always can. */
  readonly expiresAt?: number;
}

/** Longest token, characters: the longest run id and key, every character of them escaped, fit. */
const TOKEN_MAX = 4_096;
/** Longest key that is looked for, bytes: DynamoDB allows a sort key 1,024, prefix included. */
const KEY_MAX = 1_000;
/** Characters of a token's hash by which a used one is known: 72 bits. */
const MARK_CHARACTERS = 12;
const TOKEN = /^([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]{43}$/;

/** A token: who it belongs to, and a secret of 43 URL-safe characters. */
export const tokenOf = ({ runId, incarnation, key }: TokenOwner, secret: string): string =>
  `${head([runId, incarnation, key])}.${secret}`;

const head = (names: readonly string[]): string =>
  Buffer.from(JSON.stringify(names)).toString("base64url");

/** Who a token says it belongs to; undefined when it is none. Proves nothing. */
export function tokenOwner(token: unknown): TokenOwner | undefined {
  if (typeof token !== "string" || token.length > TOKEN_MAX) return undefined;
  const [, encoded] = TOKEN.exec(token) ?? [];
  const names = encoded === undefined ? undefined : namesIn(encoded);
  if (!names || head(names) !== encoded) return undefined;
  const [runId = "", incarnation = "", key = ""] = names;
  if (!isPossibleRunId(runId) || incarnation === "" || key === "") return undefined;
  if (Buffer.byteLength(key) > KEY_MAX) return undefined;
  return { runId, incarnation, key };
}

/** A token anywhere in a text: what is before its dot is base64url of a text that begins with `["`. */
const TOKENS = /Wy[I-L][A-Za-z0-9_-]*\.[A-Za-z0-9_-]{43}/g;

/** A text with `{token}` in place of whatever has the form of a token. */
export const withoutTokens = (text: string): string => text.replaceAll(TOKENS, "{token}");

function namesIn(encoded: string): string[] | undefined {
  try {
    const names: unknown = JSON.parse(Buffer.from(encoded, "base64url").toString());
    const isList = Array.isArray(names) && names.length === 3;
    return isList && names.every((name) => typeof name === "string") ? names : undefined;
  } catch {
    return undefined;
  }
}

const sha256 = (token: string): Buffer => createHash("sha256").update(token).digest();

/** Whether two tokens are the same, in a time that does not tell how far they are. */
export const isSameToken = (one: string, other: string): boolean =>
  timingSafeEqual(sha256(one), sha256(other));

/** What a used token is known by where the token itself must not be kept. */
export const tokenMark = (token: string): string =>
  sha256(token).toString("base64url").slice(0, MARK_CHARACTERS);

const MESSAGE_PREFIX = "@token/";

/**
 * Name of the message that completes a token. No event can have it, and no other token: what completes
 * one of an earlier round is not taken for one of the next with the same key.
 */
export const tokenMessage = (token: string): string => MESSAGE_PREFIX + tokenMark(token);

/** Whether a message of that name completes a token. */
export const isTokenMessage = (name: string): boolean => name.startsWith(MESSAGE_PREFIX);

const RESULT = "/@result";

/** Key of the operation that waits for a token's completion; no name within a scope can make it. */
export const tokenResultKey = (key: string): string => key + RESULT;

/** Key of the token whose completion an operation waits for; undefined when it does not. */
export const tokenKeyOf = (resultKey: string): string | undefined =>
  resultKey.endsWith(RESULT) ? resultKey.slice(0, -RESULT.length) : undefined;
