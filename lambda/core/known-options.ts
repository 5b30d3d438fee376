import { InvalidArgumentError } from "./savepoint-error.ts";

/** Letters that a message shows of what was given. */
const SHOWN = 100;

/** The name of each option that there is: the compiler says when one is missing, or is none. */
export type OptionNames<Options> = { readonly [Name in keyof Options]-?: true };

/**
 * Refuses options that there are not: misspelt ones would be ignored, and what they were meant to keep from
 * happening would happen.
 * @param what what takes them, for the message: `step "pay"`
 * @param given the options; undefined when there are none
 * @throws InvalidArgumentError that names the option, and all that there are
 */
export function assertOptions(
  what: string,
  given: object | undefined,
  known: Readonly<Record<string, true>>,
): void {
  if (given === undefined) return;
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new InvalidArgumentError(
      `the options of ${what} are ${shownArgument(given)}; give an object of ${Object.keys(known).join(", ")}`,
    );
  }
  for (const name in given) if (known[name] !== true) throw unknownOption(what, name, known);
}

/** What was given where something else is wanted, in a few words. */
export function shownArgument(given: unknown): string {
  if (Array.isArray(given)) return "an array";
  if (typeof given === "object" && given !== null) return "an object";
  if (typeof given === "function") return "a function";
  return (JSON.stringify(given) ?? String(given)).slice(0, SHOWN);
}

function unknownOption(
  what: string,
  name: string,
  known: Readonly<Record<string, true>>,
): InvalidArgumentError {
  return new InvalidArgumentError(
    `${what} has no option "${name.slice(0, SHOWN)}"; it takes ${Object.keys(known).join(", ")}`,
  );
}
