import * as z from "zod";
import { ownFrames } from "./error-frames.ts";
import { plainJson, plainLine } from "./plain-text.ts";

/** Longest chain of causes shown. */
const CAUSES_MAX = 5;
/** Errors shown of one that stands for several. */
const MEMBERS_MAX = 3;
/** Lines shown of one error with all that stand in it. */
const LINES_MAX = 30;
/** Characters of a message. */
const MESSAGE_MAX = 1_000;
/** Characters of a frame. */
const FRAME_MAX = 500;

const told = z.looseObject({
  name: z.string(),
  message: z.string(),
  code: z.unknown().optional(),
  stack: z.string().optional().catch(undefined),
  cause: z.unknown().optional(),
  errors: z.unknown().optional(),
});

/**
 * A recorded error for people: a line each for it, for what it stands for, and for what caused it, with the first
 * frames of their own code.
 */
export function errorLines(error: unknown): string[] {
  const lines = linesOf(error, { indent: "  ", lead: "", depth: CAUSES_MAX });
  return lines.length <= LINES_MAX ? lines : [...lines.slice(0, LINES_MAX), "  …"];
}

/** Where in an error another one stands. */
interface Place {
  readonly indent: string;
  readonly lead: string;
  /** How many levels from here are shown. */
  readonly depth: number;
}

function linesOf(error: unknown, { indent, lead, depth }: Place): string[] {
  if (error === undefined || depth === 0) return [];
  const start = `${indent}${lead}`;
  const { success, data } = told.safeParse(error);
  if (!success) return [`${start}${plainLine(plainJson(error, 0))}`];
  return [
    `${start}${plainLine(`${data.name}: ${data.message}`, MESSAGE_MAX)}`,
    ...ownFrames(data.stack ?? "").map((frame) => `${indent}    ${plainLine(frame, FRAME_MAX)}`),
    ...memberLines(data, { indent: `${indent}  `, lead: "", depth: depth - 1 }),
    ...linesOf(data.cause, { indent, lead: "caused by ", depth: depth - 1 }),
  ];
}

/** The first of the errors that one stands for, as those of an AggregateError. */
function memberLines({ code, errors }: z.infer<typeof told>, place: Place): string[] {
  // The message of that one has its attempts.
  if (!Array.isArray(errors) || code === "retries_exhausted") return [];
  const more = errors.length - MEMBERS_MAX;
  return [
    ...errors.slice(0, MEMBERS_MAX).flatMap((one) => linesOf(one, place)),
    ...(more > 0 ? [`${place.indent}and ${more} more`] : []),
  ];
}
