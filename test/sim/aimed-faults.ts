import { noticesToOwners, parksBeforeJoins } from "./calm-calls.ts";
import {
  type CallFault,
  CLAIM_OVER,
  type Fault,
  type FaultDraw,
  type Freeze,
  nthOf,
} from "./faults.ts";

/** Within how long of a park a run is joined for the reply to be lost until then, milliseconds. */
const JOINED_WITHIN_MS = 7_500;
/**
 * Calls of two that know nothing of each other, in the other order: a notice comes once its parent has
 * parked, which had been at work; and whoever joins a run hides a park whose reply was lost.
 */
export function passing({ draw, calls }: FaultDraw): Fault[] {
  const notices = noticesToOwners(calls);
  const joins = parksBeforeJoins(calls).filter(
    ([park, join]) => join.atMs - park.atMs < JOINED_WITHIN_MS,
  );
  if (notices.length > 0 && draw.happens(0.3)) {
    const { row, nth } = draw.pick(notices);
    const until = { row: "park", nth: 1, isOfRun: true };
    return [{ kind: "freeze", when: "before", at: { row, nth }, until }];
  }
  if (joins.length === 0 || draw.happens(0.5)) return [];
  const [{ row, nth, atMs }, join] = draw.pick(joins);
  const ms = join.atMs - atMs + draw.pick([300, 2_000]);
  return [{ kind: "lost-reply", at: { row, nth }, ms }];
}

/** A park whose reply is lost while others write to the run: who joins it, who sends it something. */
export function lostPark(from: FaultDraw): CallFault[] {
  const { draw, rows } = from;
  const writer = draw.pick(["waiter joins", "send"]);
  const before = rows.slice(0, Math.max(rows.indexOf(writer), 0));
  const parks = before.filter((row) => row === "park").length;
  if (parks > 0 && draw.happens(0.4)) {
    const at = { row: "park", nth: draw.int(Math.max(parks - 1, 1), parks) };
    return [{ kind: "lost-reply", at, ms: draw.pick([4_000, 9_000]) }];
  }
  if (!rows.includes("park") || draw.happens(0.8)) return [];
  return [{ kind: "lost-reply", at: nthOf("park", 0, from), ms: draw.pick([900, 2_000, 4_000]) }];
}

/**
 * A park and what wakes its run, a child's notice or a message, pass each other: one comes late. So do a
 * finish and a run that joins the waiters.
 */
export function wakeRace(from: FaultDraw): Freeze[] {
  const { draw, rows } = from;
  if (rows.includes("waiter joins") && draw.happens(0.4)) {
    const at = nthOf("finish", 0, from);
    return [{ kind: "freeze", when: "before", at, until: { row: "waiter joins", nth: 1 } }];
  }
  const wakes = ["child notice", "send"].filter((row) => rows.includes(row));
  if (wakes.length === 0 || !rows.includes("park") || draw.happens(0.45)) return [];
  const other = draw.pick(wakes);
  const race = draw.pick([
    { when: "before", row: "park", other },
    { when: "after", row: "read children", other },
    { when: "after", row: "send hint", other },
    { when: "before", row: other, other: "park" },
    { when: "before", row: other, other: "park" },
  ] as const);
  const at = nthOf(race.row, 1, from);
  return [{ kind: "freeze", when: race.when, at, until: { row: race.other, nth: 1 } }];
}

/**
 * A dead owner's write that lands when its taker has given the run back before it marked anything,
 * because its own time was over, and the next one is at work.
 */
export function unmarked(from: FaultDraw): Fault[] {
  const { draw, rows, leaseMs, setup } = from;
  const { deadlineMarginMs = 5_000 } = setup.settings;
  const busyMs = setup.invocationMs - deadlineMarginMs;
  if (busyMs > leaseMs - 5_000 || !rows.includes("step result") || draw.happens(0.3)) return [];
  const at = nthOf("step result", 0, from);
  return [
    { kind: "late", at, ms: leaseMs + busyMs + draw.pick([700, 1_500]) },
    { kind: "crash-before", at: { ...at, nth: at.nth + 1 }, ms: 0 },
    {
      kind: "freeze",
      when: "after",
      at: { row: "load", nth: 1, after: CLAIM_OVER },
      until: { ms: busyMs + 200 },
    },
  ];
}

/** A patch whose record lands after its writer has died, and what was asked beside it is recorded. */
export function latePatch(from: FaultDraw): Fault[] {
  const { draw, rows, leaseMs } = from;
  if (!rows.includes("patch") || draw.happens(0.6)) return [];
  return [
    { kind: "late", at: nthOf("patch", 0, from), ms: leaseMs * draw.pick([1.2, 1.5, 2]) },
    { kind: "crash-after", at: { row: "step result", nth: 1, after: "patch" }, ms: 0 },
  ];
}
