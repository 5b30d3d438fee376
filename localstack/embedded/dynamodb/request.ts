import { AwsError } from "../aws-error.ts";
import type { Members } from "../faults.ts";
import { validationError } from "./errors.ts";

/** A member that a request may have. */
export interface Member<T> {
  readonly matches: (value: unknown) => value is T;
  /** Whether a value has at least the type in JSON: without it the request cannot even be read. */
  readonly isReadable: (value: unknown) => boolean;
  /** What is wanted, for the message of a refusal. */
  readonly wanted: string;
  readonly isRequired: boolean;
}

/** A member that a request must have. */
export interface RequiredMember<T> extends Member<T> {
  readonly isRequired: true;
}

/** The members of a request, as `defineRequest` takes them. */
export type Shape = Readonly<Record<string, Member<unknown>>>;

/** A request whose members have been checked. */
export type Request<S extends Shape> = {
  readonly [K in keyof S]: S[K] extends RequiredMember<infer T>
    ? T
    : S[K] extends Member<infer T>
      ? T | undefined
      : never;
};

/** A string. */
export const text = member("a string", isText);
/** A string that is not empty, as a name is. */
export const name = member(
  "a string of at least one character",
  (value): value is string => isText(value) && value !== "",
  isText,
);
/** True or false. */
export const flag = member("a boolean", (value): value is boolean => typeof value === "boolean");
/** An integer from 1. */
export const count = member(
  "an integer greater than or equal to 1",
  (value): value is number => Number.isInteger(value) && Number(value) >= 1,
  (value) => typeof value === "number",
);
/** An object, whose members are checked elsewhere. */
export const object = member("an object", isObject);
/** A list, whose elements are checked elsewhere. */
export const list = member("a list", (value): value is readonly unknown[] => Array.isArray(value));

/** One of some strings. */
export function oneOf<const T extends string>(...options: readonly T[]): Member<T> {
  return member(
    `one of ${options.join(", ")}`,
    (value): value is T => options.some((option) => option === value),
    isText,
  );
}

/** Makes a member required. */
export function required<T>(optional: Member<T>): RequiredMember<T> {
  return { ...optional, isRequired: true };
}

/**
 * Describes an object that requests hold. The returned function checks one and gives it back typed.
 *
 * @param where what messages call it, as `PutItem`
 * @throws AwsError `ValidationException` naming a member that is unknown, missing or not allowed,
 * `SerializationException` naming what has another type in JSON than its own
 */
export function defineRequest<S extends Shape>(
  where: string,
  shape: S,
): (given: unknown) => Request<S> {
  const members = new Map(Object.entries(shape));
  const needed = Object.keys(shape).filter((name) => shape[name]?.isRequired);

  /** Throws where it would have to say no. */
  function accepts(given: Members): given is Members & Request<S> {
    for (const name in given) {
      const value = given[name];
      const known = members.get(name);
      if (!known) throw unknownMember(where, name, members.keys());
      if (value !== undefined && !known.matches(value)) throw wrongValue(where, name, known, value);
    }
    for (const name of needed) {
      if (given[name] === undefined) {
        throw validationError(`${where} needs the member ${name}: ${shape[name]?.wanted}`);
      }
    }
    return true;
  }

  return (given) => {
    if (isObject(given) && accepts(given)) return given;
    throw new AwsError("SerializationException", `${where} must be an object, not ${show(given)}`);
  };
}

function member<T>(
  wanted: string,
  matches: (value: unknown) => value is T,
  isReadable: (value: unknown) => boolean = matches,
): Member<T> {
  return { matches, isReadable, wanted, isRequired: false };
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function unknownMember(where: string, name: string, known: Iterable<string>): AwsError {
  return validationError(
    `${where} has the member ${name}, which the embedded DynamoDB does not implement; ` +
      `it knows ${[...known].join(", ")}`,
  );
}

function wrongValue(where: string, name: string, member: Member<unknown>, value: unknown) {
  const { wanted, isReadable } = member;
  const problem = `${where}: ${name} must be ${wanted}, not ${show(value)}`;
  return isReadable(value)
    ? validationError(problem)
    : new AwsError("SerializationException", problem);
}

function show(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 100) ?? "nothing";
}
