import * as types from "node:util/types";
import { stringify } from "devalue";
import { excessOf, isMostlyHoles } from "./codec-bounds.ts";
import * as ours from "./errors.ts";
import { isBranded } from "./savepoint-error.ts";

/** Longest message kept, UTF-16 units. */
const MESSAGE_MAX = 16_384;
/** Longest property kept, UTF-16 units of its text. */
const PROPERTY_MAX = 16_384;
/** Frames kept of a stack, and their length in UTF-16 units. */
const FRAMES_MAX = 10;
const FRAMES_LENGTH_MAX = 2_048;
/** Errors kept of a list of them. */
const LIST_MAX = 100;
/** How deep errors may stand inside one another. */
const CHAIN_MAX = 16;
/** Errors kept of one with all that stand in it, each counted where it is referred to. */
const ERRORS_MAX = 1_000;
/** Levels of arrays and objects kept of a property. */
const PROPERTY_NESTING_MAX = 100;

/** Prototypes of the classes that come back as themselves, by the name of their instances. */
const PROTOTYPES = new Map<string, object>();
for (const { prototype } of [
  Error,
  TypeError,
  RangeError,
  SyntaxError,
  ReferenceError,
  EvalError,
  URIError,
  AggregateError,
  ...Object.values(ours).filter(isOurClass),
]) {
  PROTOTYPES.set(prototype.name, prototype);
}
// Set apart because its instances have names of their own, and its prototype's getter throws.
PROTOTYPES.set("DOMException", DOMException.prototype);

const TYPES = new Map<unknown, string>(
  [...PROTOTYPES].map(([type, prototype]) => [prototype, type]),
);

function isOurClass(value: unknown): value is typeof ours.SavepointError {
  return typeof value === "function" && value.prototype instanceof ours.SavepointError;
}

/** An error as plain data; what is absent is at its default. */
interface ErrorRecord {
  /** Nearest class that comes back as itself. */
  readonly type: string;
  readonly name?: string;
  readonly message: string;
  /** The stack without its first lines, which repeat name and message. */
  readonly frames?: string;
  readonly cause?: Kept;
  /** The errors of an AggregateError. */
  readonly errors?: Kept;
  /** Own enumerable properties. */
  readonly own?: Readonly<Record<string, Kept>>;
}

/** What hangs on an error. */
type Kept =
  | { readonly error: ErrorRecord }
  | { readonly list: readonly Kept[] }
  | { readonly value: unknown };

const isError = (value: unknown): value is Error =>
  value instanceof Error || types.isNativeError(value);

/**
 * An error as plain data; undefined for anything else.
 *
 * Builtin errors, DOMException and Savepoint's own come back as their class, an instance of another
 * class as the nearest of these, with its `name`. Kept are the message (16,384 characters), ten
 * frames of the stack, `cause`, `errors`, and own enumerable properties: each when it is an error,
 * a list of them, or plain data of at most 16,384 characters. Others (a socket, a response) are left
 * out, as is an error inside itself: an error must be recordable whatever hangs on it.
 */
export const recordError = (value: unknown): ErrorRecord | undefined => recordWith(value, true);

/** The same without stacks: code that is run again makes the same errors elsewhere. */
export const identityOfError = (value: unknown): ErrorRecord | undefined =>
  recordWith(value, false);

const recordWith = (value: unknown, hasFrames: boolean): ErrorRecord | undefined =>
  isError(value)
    ? recordOf(value, { chain: [value], room: { left: ERRORS_MAX }, hasFrames })
    : undefined;

/** Where in an error another one stands. */
interface Place {
  /** The errors that it stands in, itself included. */
  readonly chain: readonly Error[];
  /** How many more errors are kept. */
  readonly room: { left: number };
  /** Whether stacks are kept. */
  readonly hasFrames: boolean;
}

function recordOf(error: Error, place: Place): ErrorRecord {
  const type = typeOf(error);
  const frames = place.hasFrames ? framesOf(error) : "";
  const cause = error.cause === undefined ? undefined : kept(error.cause, place);
  const errors = error instanceof AggregateError ? kept(error.errors, place) : undefined;
  const own = ownProperties(error, place);
  return {
    type,
    ...(error.name !== type && { name: cut(error.name) }),
    message: cut(error.message),
    ...(frames !== "" && { frames }),
    ...(cause && { cause }),
    ...(errors && { errors }),
    ...(Object.keys(own).length > 0 && { own }),
  };
}

function typeOf(error: Error): string {
  let prototype: unknown = Object.getPrototypeOf(error);
  while (prototype !== null) {
    const type = TYPES.get(prototype) ?? typeInOtherCopy(prototype);
    if (type !== undefined) return type;
    prototype = Object.getPrototypeOf(prototype);
  }
  return "Error";
}

/** The type of a prototype that is one of ours in another copy of this library; undefined of any other. */
function typeInOtherCopy(prototype: unknown): string | undefined {
  if (!isBranded(prototype)) return undefined;
  // A class of the project's may have a getter there, which looks for an instance.
  const name: unknown = Object.getOwnPropertyDescriptor(prototype, "name")?.value;
  return typeof name === "string" && isBranded(PROTOTYPES.get(name)) ? name : undefined;
}

function cut(text: unknown): string {
  const whole = String(text);
  if (whole.length <= MESSAGE_MAX) return whole;
  return `${whole.slice(0, MESSAGE_MAX)}… (${whole.length.toLocaleString("en")} characters in all)`;
}

function framesOf({ stack, message }: Error): string {
  if (typeof stack !== "string") return "";
  // The message may itself quote a stack.
  const header = Math.max(stack.indexOf(message), 0) + message.length;
  const start = stack.indexOf("\n    at ", header);
  if (start < 0) return "";
  const lines = stack.slice(start, start + FRAMES_LENGTH_MAX).split("\n");
  return lines.slice(0, FRAMES_MAX + 1).join("\n");
}

const ELSEWHERE = new Set(["name", "message", "stack", "cause", "__proto__"]);

function ownProperties(error: Error, place: Place): Record<string, Kept> {
  const own: Record<string, Kept> = {};
  for (const [key, value] of Object.entries(error)) {
    const keep = ELSEWHERE.has(key) ? undefined : kept(value, place);
    if (keep) own[key] = keep;
  }
  return own;
}

function kept(value: unknown, place: Place): Kept | undefined {
  if (isError(value)) {
    const { chain, room, hasFrames } = place;
    if (chain.length >= CHAIN_MAX || chain.includes(value) || room.left === 0) return undefined;
    room.left -= 1;
    return { error: recordOf(value, { chain: [...chain, value], room, hasFrames }) };
  }
  if (Array.isArray(value) && !isMostlyHoles(value) && value.some(isError)) {
    return { list: value.slice(0, LIST_MAX).flatMap((one) => kept(one, place) ?? []) };
  }
  return isPlain(value) ? { value } : undefined;
}

function isPlain(value: unknown): boolean {
  try {
    return !excessOf(value, PROPERTY_NESTING_MAX) && stringify(value).length <= PROPERTY_MAX;
  } catch {
    // Asking devalue is the only way to know; its refusal is the answer.
    return false;
  }
}

/**
 * The error that `recordError` described. A class that is not known any more comes back as Error. Throws for
 * what `recordError` would not have written: more errors in it than it keeps.
 */
export const reviveError = (record: ErrorRecord): Error => revive(record, { left: ERRORS_MAX });

function revive(record: ErrorRecord, room: Place["room"]): Error {
  const { type, name, message, frames = "", cause, errors, own = {} } = record;
  const error = type === "DOMException" ? new DOMException(message, name) : bare(type, message);
  if (name !== undefined) hide(error, "name", name);
  hide(error, "stack", `${error.name}: ${message}${frames}`);
  if (cause) hide(error, "cause", revived(cause, room));
  if (errors) hide(error, "errors", revived(errors, room));
  for (const [key, value] of Object.entries(own)) define(error, key, revived(value, room), true);
  return error;
}

/** A real error of that class, made without its constructor, whose parameters are not known. */
function bare(type: string, message: string): Error {
  const error = new Error(message);
  Object.setPrototypeOf(error, PROTOTYPES.get(type) ?? Error.prototype);
  return error;
}

function revived(keep: Kept, room: Place["room"]): unknown {
  if (!("error" in keep)) {
    return "list" in keep ? keep.list.map((one) => revived(one, room)) : keep.value;
  }
  if (room.left === 0) throw new Error(`an error holds over ${ERRORS_MAX} others`);
  room.left -= 1;
  return revive(keep.error, room);
}

const hide = (error: Error, key: string, value: unknown): void => define(error, key, value, false);

// Defined, not assigned: the class may have a getter of that name.
function define(error: Error, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(error, key, { value, enumerable, writable: true, configurable: true });
}
