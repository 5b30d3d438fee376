import type { Draw } from "./draw.ts";
import type { Block, Program } from "./node-kind.ts";
import type { Calm, Ending } from "./scenario.ts";
import { kindOf, type Node, type StepNode } from "./nodes/index.ts";

/** What of the code is otherwise than in the programs as they were drawn. */
export type CodeChange =
  /** The workflow is not there any more. */
  | { readonly kind: "gone"; readonly program: number }
  /** One of its steps is asked for as something else, or not any more. */
  | { readonly kind: Breakage; readonly program: number; readonly node: number }
  /** A step more, for runs that have not been at its place: the code asks `ctx.patched`. */
  | { readonly kind: "patched"; readonly program: number; readonly place: number };

const BREAKAGES = ["renamed", "of another kind", "removed"] as const;
/** How a step's recorded result no longer matches the code. */
export type Breakage = (typeof BREAKAGES)[number];

/** Code that is deployed at a time, counted from the beginning of the play. */
export interface Deploy {
  readonly atMs: number;
  /** Its hash. */
  readonly code: string;
  readonly change: CodeChange | undefined;
  /** How long some invocations still are of the code before. */
  readonly overlapMs: number;
}

/** The code that a play begins with. */
export const FIRST: Deploy = { atMs: 0, code: "first", change: undefined, overlapMs: 0 };

/** Longer than a blocked run is left alone at most, with its sweep, milliseconds. */
const LOOKED_AT_MS = 65 * 60_000;
const MINUTE_MS = 60_000;

/** Draws what is deployed while the runs of programs run. */
export function generateDeploys(
  draw: Draw,
  programs: readonly Program[],
  { endMs, recordedAtMs, given }: Calm,
): Deploy[] {
  // Late rather than early: there must be something that the code no longer fits.
  const recorded = [draw.fraction(), draw.fraction()].map(
    (part) => recordedAtMs[Math.floor(part * recordedAtMs.length)] ?? 0,
  );
  const anyTime = draw.happens(0.3) ? draw.pick([10, 300]) : draw.int(0, endMs);
  const atMs = recordedAtMs.length > 0 && draw.happens(0.7) ? Math.max(...recorded) : anyTime;
  const bodies = programs.map(({ body }) =>
    stepNodes(body).flatMap(({ id }) => (given.has(id) ? [id] : [])),
  );
  const breakable = [...bodies.keys()].filter((program) => bodies[program]?.length);
  const program =
    breakable.length > 0 && draw.happens(0.8)
      ? draw.pick(breakable)
      : draw.int(0, programs.length - 1);
  const { body } = programs[program] ?? { body: [] };
  const steps = bodies[program] ?? [];
  if (draw.happens(0.35)) {
    const place = draw.int(0, body.length);
    return rolledOut({ kind: "patched", program, place }, atMs, draw.pick([300, 20_000, 90_000]));
  }
  const change: CodeChange =
    steps.length === 0 || draw.happens(0.2)
      ? { kind: "gone", program }
      : breakage(body, program, draw.pick(BREAKAGES), draw.pick(steps));
  const forMs = draw.pick([2_000, 30_000, 30_000, 12 * MINUTE_MS, 40 * MINUTE_MS]);
  const overlapMs = draw.pick([0, 0, 400, 15_000]);
  return [
    { atMs, code: "broken", change, overlapMs },
    // Of the same source as the first, built anew.
    { atMs: atMs + forMs, code: "rolled back", change: undefined, overlapMs },
  ];
}

/** Code without the step that a run asks for last, deployed when that is recorded and the run has not ended. */
export function deploysAtEnd(
  programs: readonly Program[],
  { step, atMs }: Pick<Ending, "step" | "atMs">,
): Deploy[] {
  const program = programs.findIndex(({ body }) => stepNodes(body).some(({ id }) => id === step));
  const change = breakage(programs[program]?.body ?? [], program, "removed", step);
  return [
    { atMs, code: "broken", change, overlapMs: 0 },
    { atMs: atMs + 12 * MINUTE_MS, code: "rolled back", change: undefined, overlapMs: 0 },
  ];
}

/**
 * What becomes of a step. Where a later one has its name, code without it asks for that one in its place, and
 * may fit what is recorded: an engine cannot tell two calls of one name apart. It is renamed instead.
 */
function breakage(body: Block, program: number, kind: Breakage, node: number): CodeChange {
  const steps = stepNodes(body);
  const place = steps.findIndex(({ id }) => id === node);
  const name = steps[place]?.name;
  const isAskedAgain = steps.slice(place + 1).some((one) => one.name === name);
  return { kind: kind === "removed" && isAskedAgain ? "renamed" : kind, program, node };
}

/**
 * Both codes are there for a while, and for as long as they are, one may go on with what the other has
 * left half done: then only the one or the other fits the history. So each comes once more, in turn.
 */
function rolledOut(change: CodeChange, atMs: number, overlapMs: number): Deploy[] {
  const again = Array.from({ length: 4 }, (_, index) => ({
    atMs: atMs + (index + 1) * LOOKED_AT_MS,
    code: index % 2 === 0 ? FIRST.code : "patched",
    change: index % 2 === 0 ? undefined : change,
    overlapMs: 0,
  }));
  return [{ atMs, code: "patched", change, overlapMs }, ...again];
}

/** The steps of a block, in the order in which they are written. */
function stepNodes(block: Block): StepNode[] {
  return block.flatMap((node) => [
    ...(node.type === "step" ? [node] : []),
    ...kindOf(node)
      .blocks(node)
      .flatMap(([, inner]) => stepNodes(inner)),
  ]);
}

/** Programs as the code with a change has them. */
export function changed(
  programs: readonly Program[],
  change: CodeChange | undefined,
): readonly Program[] {
  const program = change?.kind === "patched" ? programs[change.program] : undefined;
  if (change?.kind !== "patched" || !program) return programs;
  const added: Node = { type: "added", id: 0 };
  const body = program.body.toSpliced(change.place, 0, added);
  return programs.with(change.program, { ...program, body });
}

/** A deployment in one line. */
export const printDeploy = ({ atMs, code, change, overlapMs }: Deploy): string =>
  `at ${atMs} ms: deploy "${code}" ${JSON.stringify(change ?? "as it was")}${overlapMs > 0 ? `, in ${overlapMs} ms` : ""}`;
