import type { Draw } from "./draw.ts";
import { latePatch, lostPark, passing, unmarked, wakeRace } from "./aimed-faults.ts";
import type { CalmCall } from "./calm-calls.ts";
import type { Setup } from "./scenario.ts";

/** A call by its number among those of all workers, or by its number among those of its row. */
export type Target = { readonly call: number } | RowTarget;

/** The n-th call of a row, counted from the beginning or from the first call of another row. */
export interface RowTarget {
  readonly row: string;
  readonly nth: number;
  readonly after?: string;
}

/** Something that goes wrong with one call. */
export interface CallFault {
  readonly kind: "crash-before" | "crash-after" | "lost-reply" | "throttle" | "slow" | "late";
  readonly at: Target;
  /** How long it is slow, late, or its loss not noticed, milliseconds. */
  readonly ms: number;
}

/** A process that stands still around a call. */
export interface Freeze {
  readonly kind: "freeze";
  readonly when: "before" | "after";
  readonly at: Target;
  /** Until another process has made a call of this row, for the same run if it says so; or that time has passed. */
  readonly until:
    | { readonly row: string; readonly nth: number; readonly isOfRun?: boolean }
    | { readonly ms: number };
}

/**
 * Something that goes wrong with a call of the sweeper, the n-th of its row among those of all sweepers: who dies
 * is followed by another a minute later.
 */
export interface SweeperFault extends Pick<CallFault, "kind" | "ms"> {
  readonly sweeperAt: { readonly row: string; readonly nth: number };
}

/** Something that goes wrong for a while, or all the time. */
export type Weather =
  | {
      readonly kind: "throttled-period";
      readonly fromMs: number;
      readonly ms: number;
      readonly what: "index" | "everything";
    }
  | {
      readonly kind: "hints";
      readonly duplicate: number;
      readonly late: number;
      readonly lateByMs: number;
      readonly lost: number;
      readonly reordered: number;
    }
  | { readonly kind: "sweeper-only" }
  | { readonly kind: "lost-hint"; readonly nth: number }
  | { readonly kind: "skew"; readonly ms: number }
  | { readonly kind: "index-lag"; readonly ms: number };

/** What goes wrong in a play. */
export type Fault = CallFault | Freeze | SweeperFault | Weather;

const CALL_FAULTS = [
  [4, "crash-before"],
  [4, "crash-after"],
  [4, "lost-reply"],
  [2, "throttle"],
  [2, "slow"],
  [3, "late"],
  [6, "freeze"],
] as const;

/** Writes that matter most when they come late: a rival may have gone on meanwhile. */
export const LATE_WRITES: readonly string[] = [
  "step result",
  "failed attempt",
  "wait begins",
  "wait settles",
  "message taken",
  "message sent",
  "race decided",
  "cancel delivered",
  "rollback",
  "patch",
  "at-most-once mark",
  "continue as new",
  "child start",
];
/** What a rival does first; the former owner thaws just after. */
const FIRST_OF_RIVAL = [
  "claim over a lease",
  "load",
  "takeover mark",
  "step result",
  "wait begins",
];
/** Row of a takeover. */
export const CLAIM_OVER = "claim over a lease";
/** Calls after which what a frozen process still does matters most. */
const THAW_ROWS = [...FIRST_OF_RIVAL, "wait settles", "park", "finish", "child notice", "send"];
/** Rows that there are only when something has gone wrong. */
const ROWS_OF_RECOVERY = ["claim over a lease", "takeover mark", "heartbeat", "load", "park"];

/** Faults that end a process, or its lease: a run is failed when it suffers more than three. */
const DEADLY: readonly string[] = ["crash-before", "crash-after", "freeze", "throttled-period"];
const DEADLY_MAX = 3;

/** What faults are drawn with. */
export interface FaultDraw {
  readonly draw: Draw;
  /** The workers' calls, in order, when nothing goes wrong, and their rows. */
  readonly calls: readonly CalmCall[];
  readonly rows: readonly string[];
  readonly leaseMs: number;
  readonly setup: Setup;
}

/** Draws what goes wrong. */
export function generateFaults(drawnFrom: Omit<FaultDraw, "rows">): Fault[] {
  const { draw } = drawnFrom;
  const from = { ...drawnFrom, rows: drawnFrom.calls.map(({ row }) => row) };
  const aimed = passing(from);
  // Nothing else may keep it from its aim.
  if (aimed.length > 0 && draw.happens(0.6)) return aimed;
  const faults: Fault[] = draw.happens(0.4) ? [...aimed, ...duel(from)] : aimed;
  if (draw.happens(0.18)) faults.push(lateHeartbeat(from));
  faults.push(...lostPark(from), ...wakeRace(from), ...unmarked(from), ...latePatch(from));
  const count = draw.weighted([
    [2, 0],
    [5, 1],
    [5, 2],
    [3, 3],
  ]);
  for (let left = count; left > 0; left -= 1) {
    const fault = callFault(from);
    const deadly = faults.filter((one) => isDeadly(one, from)).length;
    if (!isDeadly(fault, from) || deadly < DEADLY_MAX) faults.push(fault);
  }
  return [...faults, ...weather(from)];
}

/** Whether a fault ends a process or its lease, or outlasts what there is of either. */
function isDeadly(fault: Fault, { leaseMs, setup }: FaultDraw): boolean {
  const { deadlineMarginMs = 5_000 } = setup.settings;
  const patienceMs = Math.min(leaseMs, setup.invocationMs - deadlineMarginMs);
  const isLong = "at" in fault && "ms" in fault && fault.ms >= patienceMs;
  return isLong || DEADLY.includes(fault.kind);
}

/** A call that there is when nothing goes wrong, rows that are rare as often as others. */
function target({ draw, rows }: FaultDraw): Target {
  if (rows.length === 0 || draw.happens(0.2)) {
    return { row: draw.pick(ROWS_OF_RECOVERY), nth: draw.pick([1, 1, 2, 3]) };
  }
  if (draw.happens(0.3)) return { call: draw.int(1, rows.length) };
  return nthOf(draw.pick([...new Set(rows)]), 0, { draw, rows });
}

/** One of the calls of a row; `spare` more than there are. */
export function nthOf(
  row: string,
  spare: number,
  { draw, rows }: Pick<FaultDraw, "draw" | "rows">,
) {
  return { row, nth: draw.int(1, rows.filter((one) => one === row).length + spare) };
}

function callFault(from: FaultDraw): CallFault | Freeze {
  const { draw, leaseMs } = from;
  const kind = draw.weighted(CALL_FAULTS);
  const at = target(from);
  if (kind !== "freeze") {
    return { kind, at, ms: draw.pick([5, 80, 900, 4_000, leaseMs / 2, leaseMs * 1.5]) };
  }
  return {
    kind,
    at,
    when: draw.pick(["before", "before", "after"]),
    until: draw.happens(0.6)
      ? { row: draw.pick(THAW_ROWS), nth: draw.pick([1, 1, 2]) }
      : { ms: draw.pick([leaseMs / 3, leaseMs - 1_500, leaseMs + 500, leaseMs * 2]) },
  };
}

/** An owner that stands still before a write until its lease is over and a rival is at work. */
function duel(from: FaultDraw): Fault[] {
  const { draw, rows } = from;
  const there = LATE_WRITES.filter((row) => rows.includes(row));
  if (there.length === 0) return [];
  const freeze: Freeze = {
    kind: "freeze",
    when: "before",
    at: nthOf(draw.pick(there), 0, from),
    until: {
      row: draw.happens(0.4) ? "load" : draw.pick([...FIRST_OF_RIVAL, "step result"]),
      nth: 1,
      isOfRun: draw.happens(0.7),
    },
  };
  const faults: Fault[] = [freeze];
  if (draw.happens(0.5)) {
    const at = { row: "claim over a lease", nth: 1 };
    faults.push({ kind: draw.pick(["lost-reply", "lost-reply", "crash-after"]), at, ms: 20 });
  }
  if (draw.happens(0.6)) {
    const at = {
      row: draw.pick(["load", "load", "load", "takeover mark"]),
      nth: 1,
      after: CLAIM_OVER,
    };
    faults.push({ kind: "freeze", when: "after", at, until: { ms: draw.pick([60, 400]) } });
  }
  return faults;
}

/** A heartbeat that takes effect after the ones that follow it. */
function lateHeartbeat({ draw, leaseMs }: FaultDraw): CallFault {
  const at = { row: draw.pick(["heartbeat", "trim"]), nth: draw.pick([1, 1, 2]) };
  return { kind: "late", at, ms: draw.pick([leaseMs * 0.4, leaseMs * 0.7]) };
}

function weather({ draw, rows, leaseMs }: FaultDraw): Weather[] {
  const kinds: Weather[] = [];
  const sends = rows.filter((row) => row === "send hint").length + 1;
  if (draw.happens(0.5)) kinds.push({ kind: "skew", ms: draw.pick([50, 500]) });
  if (draw.happens(0.25)) kinds.push({ kind: "index-lag", ms: draw.pick([300, 5_000, 70_000]) });
  if (draw.happens(0.15)) kinds.push({ kind: "lost-hint", nth: draw.int(1, Math.max(sends, 1)) });
  if (draw.happens(0.06)) kinds.push({ kind: "sweeper-only" });
  if (draw.happens(0.3)) {
    const odd = () => draw.pick([0, 0.1, 0.4]);
    const lateByMs = draw.pick([500, 5_000, 90_000]);
    const lost = draw.pick([0, 0, 0.1]);
    kinds.push({ kind: "hints", duplicate: odd(), late: odd(), lateByMs, lost, reordered: odd() });
  }
  if (draw.happens(0.08)) {
    kinds.push({
      kind: "throttled-period",
      fromMs: draw.int(0, 20_000),
      ms: Math.min(60_000, leaseMs * 2),
      what: draw.pick(["index", "index", "everything"]),
    });
  }
  return kinds;
}

/** A fault in one line. */
export function printFault(fault: Fault): string {
  const { kind, ...rest } = fault;
  return `${kind} ${JSON.stringify(rest)}`;
}
