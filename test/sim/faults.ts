import type { Draw } from "./draw.ts";

/** A call by its number among those of all workers, or by its number among those of its row. */
export type Target = { readonly call: number } | { readonly row: string; readonly nth: number };

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
  /** Until another process has made a call of this row, or until that time has passed. */
  readonly until: { readonly row: string; readonly nth: number } | { readonly ms: number };
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
export type Fault = CallFault | Freeze | Weather;

const CALL_FAULTS = [
  [4, "crash-before"],
  [4, "crash-after"],
  [4, "lost-reply"],
  [2, "throttle"],
  [2, "slow"],
  [2, "late"],
  [7, "freeze"],
] as const;

/** Calls after which what a frozen process still does matters most. */
const THAW_ROWS = [
  "claim over a lease",
  "load",
  "takeover mark",
  "step result",
  "wait settles",
  "park",
  "finish",
];
/** Rows that faults are aimed at; the rest is hit by the number of the call. */
const AIMED_ROWS = [
  "claim",
  "claim over a lease",
  "takeover mark",
  "heartbeat",
  "park",
  "hand over",
  "finish",
  "settle owed",
  "child notice",
  "waiter joins",
  "child start",
  "wait begins",
  "failed attempt",
  "step result",
  "wait settles",
  "load",
  "read children",
  "send hint",
  "hide message",
];

/** Faults that end a process, or its lease: a run is failed when it suffers more than three. */
const DEADLY: readonly string[] = ["crash-before", "crash-after", "freeze", "throttled-period"];
const DEADLY_MAX = 3;

/**
 * Draws what goes wrong.
 * @param calls about how many calls the play makes when nothing does
 */
export function generateFaults(draw: Draw, calls: number, leaseMs: number): Fault[] {
  const faults: Fault[] = [];
  const count = draw.weighted([
    [1, 0],
    [5, 1],
    [5, 2],
    [3, 3],
    [1, 4],
  ]);
  while (faults.length < count) {
    const fault = callFault(draw, calls, leaseMs);
    const deadly = faults.filter(({ kind }) => DEADLY.includes(kind)).length;
    if (!DEADLY.includes(fault.kind) || deadly < DEADLY_MAX) faults.push(fault);
  }
  return [...faults, ...weather(draw, calls, leaseMs)];
}

function target(draw: Draw, calls: number): Target {
  if (draw.happens(0.35)) return { call: draw.int(1, Math.max(calls, 1)) };
  return { row: draw.pick(AIMED_ROWS), nth: draw.pick([1, 1, 1, 2, 2, 3, 5]) };
}

function callFault(draw: Draw, calls: number, leaseMs: number): CallFault | Freeze {
  const kind = draw.weighted(CALL_FAULTS);
  const at = target(draw, calls);
  if (kind !== "freeze") {
    return { kind, at, ms: draw.pick([5, 80, 900, 4_000, leaseMs / 2, leaseMs * 1.5]) };
  }
  return {
    kind,
    at,
    when: draw.pick(["before", "before", "after"]),
    until: draw.happens(0.7)
      ? { row: draw.pick(THAW_ROWS), nth: draw.pick([1, 1, 2]) }
      : { ms: draw.pick([leaseMs / 3, leaseMs - 1_500, leaseMs + 500, leaseMs * 2]) },
  };
}

function weather(draw: Draw, calls: number, leaseMs: number): Weather[] {
  const kinds: Weather[] = [];
  if (draw.happens(0.5)) kinds.push({ kind: "skew", ms: draw.pick([50, 500]) });
  if (draw.happens(0.25)) kinds.push({ kind: "index-lag", ms: draw.pick([300, 5_000, 70_000]) });
  if (draw.happens(0.15))
    kinds.push({ kind: "lost-hint", nth: draw.int(1, Math.max(calls / 6, 2)) });
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
