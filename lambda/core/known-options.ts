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
 * @throws InvalidArgumentError that names the option, the nearest one that there is, and all of them
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
  const names = Object.keys(known);
  const nearest = nearestOf(name, names);
  const hint = nearest === undefined ? "" : ` (did you mean "${nearest}"?)`;
  return new InvalidArgumentError(
    `${what} has no option "${name.slice(0, SHOWN)}"${hint}; it takes ${names.join(", ")}`,
  );
}

/** The one that a name was most likely meant to be; none, when half of it would have to change. */
function nearestOf(name: string, names: readonly string[]): string | undefined {
  const given = name.slice(0, SHOWN).toLowerCase();
  const [nearest] = names
    .map((one) => ({ one, edits: editsBetween(given, one.toLowerCase()) }))
    .filter(({ one, edits }) => edits * 2 < one.length)
    .toSorted((a, b) => a.edits - b.edits);
  return nearest?.one;
}

/** Letters to insert, remove, replace or swap with the next to make one text of the other. */
function editsBetween(from: string, to: string): number {
  const rows = [Array.from({ length: to.length + 1 }, (_, column) => column)];
  const edits = (row: number, column: number): number =>
    rows[row]?.[column] ?? Number.POSITIVE_INFINITY;
  for (let row = 1; row <= from.length; row += 1) {
    rows.push([row]);
    for (let column = 1; column <= to.length; column += 1) {
      const isSame = from[row - 1] === to[column - 1];
      const isSwapped = from[row - 2] === to[column - 1] && from[row - 1] === to[column - 2];
      rows[row]?.push(
        Math.min(
          edits(row, column - 1) + 1,
          edits(row - 1, column) + 1,
          edits(row - 1, column - 1) + (isSame ? 0 : 1),
          isSwapped ? edits(row - 2, column - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
  }
  return edits(from.length, to.length);
}
