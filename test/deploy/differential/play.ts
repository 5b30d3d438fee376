import { areSame, shown } from "./answers.ts";
import type { KnownDifference } from "./known-difference.ts";
import type { Answer, Stack } from "./stacks.ts";

/** The two that get the same requests. */
export interface Stacks {
  readonly embedded: Stack;
  readonly emulator: Stack;
}

/** What both have answered to the same request. */
export interface Answers {
  readonly embedded: Answer;
  readonly emulator: Answer;
}

/** A request, and what became of it. */
export interface Turn {
  /** For whoever reads why a test has failed. */
  readonly request: string;
  readonly answers: Answers;
}

/** Whether a turn shows this listed difference. */
export function shows({ request, answers }: Turn, difference: KnownDifference): boolean {
  const { embedded, emulator } = answers;
  return (
    !areSame(embedded, emulator) &&
    (difference.request?.test(request) ?? true) &&
    difference.embedded.test(shown(embedded)) &&
    difference.emulator.test(shown(emulator))
  );
}

/** A call that changes nothing. */
const READ = /^(Get|BatchGet|Query)/;

/**
 * Follows a play until a listed difference leaves other state behind in one of both.
 * @returns the first request with its answers that differ otherwise; undefined when there is none
 */
export async function firstDifference(
  turns: AsyncIterable<Turn>,
  known: readonly KnownDifference[],
): Promise<string | undefined> {
  for await (const turn of turns) {
    const { embedded, emulator } = turn.answers;
    if (areSame(embedded, emulator)) continue;
    const difference = known.find((one) => shows(turn, one));
    if (!difference) {
      const both = `embedded:  ${shown(embedded)}\n  MiniStack: ${shown(emulator)}`;
      return `${turn.request.slice(0, 3000)}\n  ${both}`;
    }
    const haveBothRefused = embedded.error !== undefined && emulator.error !== undefined;
    const leavesAlike = haveBothRefused || difference.leavesAlike || READ.test(turn.request);
    if (!leavesAlike) return undefined;
  }
  return undefined;
}
