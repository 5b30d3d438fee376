import { aimedActs } from "./aimed-acts.ts";
import type { CalmCall } from "./calm-calls.ts";
import type { Draw } from "./draw.ts";

/** When something is done from outside. */
export type When =
  /** So long after the beginning of the play. */
  | { readonly atMs: number }
  /** Just before the n-th call of a row by a worker takes effect, or just after: the call waits for it. */
  | { readonly row: string; readonly nth: number; readonly place: "before" | "after" }
  /** When all runs have finished. */
  | "end";

/** The run of the call at which something is done, that run's parent, or the one of an id. */
export type Whom = "it" | "its parent" | { readonly id: string };

/** What goes wrong with one of the calls of whoever does something from outside. */
export interface Trouble {
  /** Which of its calls. */
  readonly nth: number;
  readonly kind: "crash-before" | "crash-after" | "lost-reply" | "throttle" | "slow" | "late";
  /** How long it is slow or late, milliseconds. */
  readonly ms: number;
}

/** What is done. */
export type Deed =
  | { readonly kind: "cancel" | "terminate"; readonly reason: string }
  /** It is resumed so long after. */
  | { readonly kind: "pause"; readonly forMs: number }
  /** Resumed, be it paused or ended; or started once more under the same id. */
  | { readonly kind: "resume" | "start" }
  | {
      readonly kind: "send";
      readonly name: string;
      readonly letter: string;
      readonly key: string | undefined;
    }
  | {
      readonly kind: "fork";
      readonly id: string;
      /** Which of the recorded operations it asks again first. */
      readonly from: number | undefined;
      readonly isNewInput: boolean;
    }
  /** Deleted, or its time to live over, and then, unless that is for good, started once more. */
  | { readonly kind: "delete"; readonly isForGood?: boolean }
  | { readonly kind: "expire"; readonly isGone: boolean };

/** Something done from outside to a run that there is, or to one that there is not. */
export type Act = Deed & {
  readonly at: When;
  readonly whom: Whom;
  readonly trouble?: Trouble;
};

/** What acts are drawn with. */
export interface ActDraw {
  readonly draw: Draw;
  /** The workers' calls, in order, when nothing is done and nothing goes wrong, and their rows. */
  readonly calls: readonly CalmCall[];
  readonly rows: readonly string[];
  /** Ids of the runs that are started from outside. */
  readonly runs: readonly string[];
  /** When the last of them had finished, milliseconds. */
  readonly endMs: number;
}

/** Draws what is done from outside. */
export function generateActs(drawnFrom: Omit<ActDraw, "rows">): Act[] {
  const { draw } = drawnFrom;
  const from = { ...drawnFrom, rows: drawnFrom.calls.map(({ row }) => row) };
  const acts: Act[] = draw.happens(0.5) ? aimedActs(from) : [];
  // Nothing else may keep it from its aim.
  if (acts.length > 0 && draw.happens(0.6)) return acts;
  const count = draw.weighted([
    [5, 1],
    [3, 2],
    [1, 3],
  ]);
  for (let left = count; left > 0; left -= 1) {
    acts.push(...draw.weighted(KINDS)(from));
  }
  return acts;
}

/** Draws what is done to a run that the code no longer fits, as soon as it is blocked or somewhat later. */
export function generateActsOnBlocked(draw: Draw): Act[] {
  const where: Pick<Act, "at" | "whom"> = {
    at: { row: "block", nth: draw.pick([1, 1, 2]), place: draw.pick(["before", "after", "after"]) },
    whom: draw.happens(0.8) ? "it" : "its parent",
  };
  const deed = draw.pick<Deed>([
    { kind: "cancel", reason: "enough" },
    { kind: "terminate", reason: "stuck" },
    { kind: "pause", forMs: draw.pick([15, 20_000]) },
    { kind: "resume" },
    { kind: "send", name: draw.pick(["one", "other"]), letter: "of nobody", key: undefined },
    { kind: "start" },
  ]);
  const act: Act = { ...where, ...deed, ...trouble(draw) };
  return draw.happens(0.3) ? [act, { ...where, kind: "resume" }] : [act];
}

const KINDS: readonly (readonly [number, (from: ActDraw) => Act[]])[] = [
  [3, cancels],
  [2, pauses],
  [1.5, terminations],
  [1, forks],
  [1, sends],
  [0.5, startsAgain],
  [1.5, afterwards],
  [0.7, deletions],
];

/** A cancel, often followed by another. */
function cancels(from: ActDraw): Act[] {
  const { draw } = from;
  const where = place(from);
  const cancel: Act = { ...where, kind: "cancel", reason: "enough", ...trouble(draw) };
  if (draw.happens(0.3)) {
    return [cancel, { at: "end", whom: where.whom, kind: "resume", ...trouble(draw) }];
  }
  return draw.happens(0.2) ? [cancel, { ...cancel, ...place(from) }] : [cancel];
}

/** A pause; sometimes with a cancel beside it. */
function pauses(from: ActDraw): Act[] {
  const { draw } = from;
  const forMs = draw.pick([0, 15, 400, 20_000]);
  const pause: Act = { ...place(from), kind: "pause", forMs, ...trouble(draw) };
  return draw.happens(0.3) ? [pause, ...cancels(from)] : [pause];
}

/** A termination, often followed by a resume. */
function terminations(from: ActDraw): Act[] {
  const { draw } = from;
  const where = place(from);
  const end: Act = { ...where, kind: "terminate", reason: "stuck", ...trouble(draw) };
  if (draw.happens(0.4)) return [end];
  const at = draw.happens(0.5) ? "end" : place(from).at;
  return [end, { at, whom: where.whom, kind: "resume", ...trouble(draw) }];
}

/** A fork of a run that may still run. */
function forks(from: ActDraw): Act[] {
  const { draw } = from;
  const where: Pick<Act, "at" | "whom"> = draw.happens(0.5)
    ? { at: "end", whom: { id: draw.pick(from.runs) } }
    : place(from);
  const fork: Act = {
    ...where,
    kind: "fork",
    id: `fork-${draw.int(1, 999)}`,
    from: draw.happens(0.6) ? draw.int(0, 9) : undefined,
    isNewInput: draw.happens(0.3),
    ...trouble(draw),
  };
  return [fork];
}

/** Letters that nobody may be waiting for, some of them sent twice under one key. */
function sends(from: ActDraw): Act[] {
  const { draw } = from;
  const key = draw.happens(0.6) ? `key-${draw.int(1, 2)}` : undefined;
  const name = draw.pick(["one", "other"]);
  const where = place(from);
  const send = (again: Pick<Act, "at" | "whom">): Act => ({
    ...again,
    kind: "send",
    name,
    letter: `of ${key ?? "nobody"}`,
    key,
    ...trouble(draw),
  });
  return draw.happens(0.5)
    ? [send(where), send({ ...place(from), whom: where.whom })]
    : [send(where)];
}

function startsAgain(from: ActDraw): Act[] {
  const { draw, runs } = from;
  return [{ ...place(from), whom: { id: draw.pick(runs) }, kind: "start", ...trouble(draw) }];
}

/** What is done to runs that have ended. */
function afterwards({ draw, runs }: ActDraw): Act[] {
  const whom = { id: draw.pick(runs) };
  const what = draw.weighted<Deed>([
    [3, { kind: "resume" }],
    [2, { kind: "delete" }],
    [1, { kind: "expire", isGone: true }],
    [1, { kind: "expire", isGone: false }],
  ]);
  return [{ at: "end", whom, ...what, ...trouble(draw) }];
}

/** A deletion as soon as a run has finished: some of its children may still be at work. */
function deletions({ draw, calls }: ActDraw): Act[] {
  const ends = calls.filter(({ row }) => row === "finish");
  return deletion(draw, ends);
}

/** A deletion just after one of some ends. */
export function deletion(draw: Draw, ends: readonly CalmCall[]): Act[] {
  if (ends.length === 0) return [];
  const at = { row: "finish", nth: draw.pick(ends).nth, place: "after" } as const;
  return [{ at, whom: "it", kind: "delete", isForGood: true, ...trouble(draw) }];
}

/** Calls at which others' acts matter most, when there are any. */
const TELLING = [
  "claim",
  "load",
  "park",
  "finish",
  "child start",
  "wait begins",
  "wait settles",
  "step result",
  "hand over",
  "child notice",
  "settle owed",
  "read children",
];

/** A time and a run: at a call, rows that are rare as often as others, or at any time. */
function place({ draw, rows, runs, endMs }: ActDraw): Pick<Act, "at" | "whom"> {
  if (rows.length === 0 || draw.happens(0.25)) {
    const id = draw.pick(runs);
    return { at: { atMs: draw.happens(0.2) ? 0 : draw.int(0, endMs) }, whom: { id } };
  }
  const telling = TELLING.filter((row) => rows.includes(row));
  const row = draw.pick(telling.length > 0 && draw.happens(0.7) ? telling : [...new Set(rows)]);
  const nth = draw.int(1, rows.filter((one) => one === row).length);
  return {
    at: { row, nth, place: draw.pick(["before", "after"]) },
    whom: draw.weighted<Whom>([
      [6, "it"],
      [4, "its parent"],
      [2, { id: draw.pick(runs) }],
    ]),
  };
}

/** What goes wrong with whoever acts, in some of the acts. */
export function trouble(draw: Draw): Pick<Act, "trouble"> {
  if (draw.happens(0.6)) return {};
  const kind = draw.pick([
    "crash-before",
    "crash-after",
    "lost-reply",
    "throttle",
    "slow",
    "late",
  ] as const);
  return { trouble: { nth: draw.int(1, 4), kind, ms: draw.pick([20, 700, 8_000]) } };
}

/** An act in one line. */
export function printAct({ kind, at, whom, ...rest }: Act): string {
  const when =
    at === "end"
      ? "when all have finished"
      : "atMs" in at
        ? `at ${at.atMs} ms`
        : `just ${at.place} ${at.row} ${at.nth}`;
  return `${when}: ${kind} ${typeof whom === "object" ? whom.id : whom} ${JSON.stringify(rest)}`;
}
