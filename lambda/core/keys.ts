import { createHash } from "node:crypto";
import { InvalidArgumentError } from "./errors.ts";

/** Longest run id, characters (all ASCII). */
const RUN_ID_MAX = 200;
/**
 * An id that a user may give to a run: needs no escaping in a URL, whose path would lose a segment
 * of one or two dots.
 */
export const RUN_ID = /^(?!\.{1,2}$)[A-Za-z0-9._:-]{1,200}$/;
/** Longest operation key, bytes: DynamoDB allows a sort key 1,024, and some are prefixed. */
const OPERATION_KEY_MAX = 900;
/** Longest idempotency key, characters. */
const IDEMPOTENCY_KEY_MAX = 200;
/** Longest name, bytes of UTF-8. */
const NAME_MAX = 100;
/** Characters kept of each end of a child's id that is too long as a whole. */
const KEPT_OF_EACH_END = 80;

const URL_SAFE = /^[A-Za-z0-9._:@-]+$/;
const DOTS = /^\.{1,2}$/;
const RESERVED_IN_NAME = /[/#~@\p{Cc}\p{Cs}]/u;

/**
 * Checks an id that a user gives to a new run.
 * @throws InvalidArgumentError unless it is 1 to 200 of `A–Z a–z 0–9 . _ : -`
 */
export function assertRunId(id: unknown): asserts id is string {
  if (typeof id === "string" && RUN_ID.test(id)) return;
  throw new InvalidArgumentError(
    `${shown(id)} is not a run id; use 1 to ${RUN_ID_MAX} of A-Z a-z 0-9 . _ : - (other than "." and "..")`,
  );
}

/**
 * Checks a key by which a sender names what it sends.
 * @throws InvalidArgumentError unless it is 1 to 200 printable ASCII characters, none of those at its ends a space:
 * it goes as the value of a header, of which HTTP keeps nothing else
 */
export function assertIdempotencyKey(key: unknown): asserts key is string {
  const isShort = typeof key === "string" && key.length <= IDEMPOTENCY_KEY_MAX;
  if (isShort && /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(key)) return;
  throw new InvalidArgumentError(
    `${shown(key)} is not an idempotency key; give 1 to ${IDEMPOTENCY_KEY_MAX} printable ASCII characters, with no space at either end`,
  );
}

/**
 * Checks the name of a workflow, an operation and the like.
 * @param what what is named, for the message
 * @throws InvalidArgumentError unless it is 1 to 100 bytes of UTF-8 without `/ # ~ @` and control characters
 */
export function assertName(what: string, name: unknown): asserts name is string {
  if (
    typeof name === "string" &&
    name.length > 0 &&
    Buffer.byteLength(name) <= NAME_MAX &&
    !RESERVED_IN_NAME.test(name) &&
    !DOTS.test(name)
  ) {
    return;
  }
  throw new InvalidArgumentError(
    `${shown(name)} is not a name for ${/^[aeiou]/.test(what) ? "an" : "a"} ${what}; use 1 to ${NAME_MAX} bytes without / # ~ @ and control characters`,
  );
}

const shown = (value: unknown): string => {
  if (typeof value !== "string") return String(value);
  return JSON.stringify(value.length > RUN_ID_MAX ? `${value.slice(0, RUN_ID_MAX)}…` : value);
};

/**
 * The key of an operation: `plan`, `read#2`, `facets/2/search`.
 * @param scopePath path of the scope that asks, empty for the run's own
 * @param name a checked name
 * @param occurrence how many of that name the scope has asked for, this one included
 * @throws InvalidArgumentError when scopes are nested so deep that the key gets too long
 */
export function operationKey(scopePath: string, name: string, occurrence: number): string {
  const last = occurrence === 1 ? name : `${name}#${occurrence}`;
  const key = scopePath === "" ? last : `${scopePath}/${last}`;
  if (Buffer.byteLength(key) > OPERATION_KEY_MAX) {
    throw new InvalidArgumentError(
      `operation key ${shown(key)} is over ${OPERATION_KEY_MAX} bytes; nest fewer scopes or use shorter names`,
    );
  }
  return key;
}

/**
 * The id of a child run: `<parent>~<round>~<key>`, with `@` for the key's `/` and `@@` for its `#`.
 * Keys with other characters that an id may not have, and ids over 200 characters, get a hash of
 * what is lost, so that two children never share an id.
 */
export function childId(parentId: string, round: number, key: string): string {
  const urlSafe = key.replaceAll("/", "@").replaceAll("#", "@@");
  // `@@x` occurs in no other id: an occurrence is a number.
  const last = URL_SAFE.test(urlSafe)
    ? urlSafe
    : `${urlSafe.replaceAll(/[^A-Za-z0-9._:@-]/g, "-")}@@x${digest([key], 12)}`;
  const id = `${parentId}~${round}~${last}`;
  if (id.length <= RUN_ID_MAX) return id;
  // `~x` occurs in no other id: a round is a number.
  const middle = `~x${digest([parentId, round, key], 22)}~`;
  return parentId.slice(0, KEPT_OF_EACH_END) + middle + last.slice(-KEPT_OF_EACH_END);
}

/** Whether an id was made for a child: no id that a user gives has `~`. */
export const isOwnChildId = (id: string): boolean => id.includes("~");

/** Whether an id is that of a child whose key has a scope or a number: one of several, as far as can be told. */
export const isIdOfOneOfMany = (id: string): boolean => id.lastIndexOf("@") > id.lastIndexOf("~");

/** A run's place in time, as far as it makes its steps different from another's. */
export interface RunRound {
  readonly id: string;
  readonly incarnation: string;
  readonly round: number;
}

/**
 * What a step may hand to the services it calls: the same for every attempt of that step, and for
 * no other step, round or incarnation. 24 URL-safe characters.
 * @param undone how often the step was undone: what is done after that is done anew, and a service that
 * remembers keys must not take it for what it has undone. Default: never
 */
export const idempotencyKey = (
  { id, incarnation, round }: RunRound,
  key: string,
  undone = 0,
): string => digest([id, incarnation, round, key, ...(undone === 0 ? [] : [undone])], 24);

/**
 * The id of a message whose sender gave an idempotency key: the same for every send of that event
 * with that key to that run. 24 URL-safe characters.
 */
export const messageId = (
  { id, incarnation }: Pick<RunRound, "id" | "incarnation">,
  event: string,
  key: string,
): string => digest(["message", id, incarnation, event, key], 24);

/** What tells one bundle's hash from another's in a run's META, which is billed by its size. */
export const bundleMark = (code: string): string => digest(["bundle", code], 10);

/** The first characters of a SHA-256, each worth 6 bits. */
const digest = (parts: readonly (string | number)[], characters: number): string =>
  createHash("sha256").update(JSON.stringify(parts)).digest("base64url").slice(0, characters);

/** The name in an operation's key: without its scope, and without which occurrence of it it is. */
export const nameIn = (key: string): string =>
  key.slice(key.lastIndexOf("/") + 1).replace(/#\d+$/, "");

/** Path of the scope that an operation's key belongs to; empty for the run's own. */
export const scopeOf = (key: string): string => key.slice(0, Math.max(key.lastIndexOf("/"), 0));
