import { type Act, type ActDraw, deletion, trouble } from "./acts.ts";
import { callsBefore, callsInChildren, endsBeforeNotices } from "./calm-calls.ts";

/** One of those that need a call of a certain kind, where there is one. */
export function aimedActs(from: ActDraw): Act[] {
  const { draw } = from;
  const there = [cancelsInTime, terminationsOfParents, deletionsOfOutlived].flatMap((kind) => {
    const acts = kind(from);
    return acts.length > 0 ? [acts] : [];
  });
  return there.length > 0 ? draw.pick(there) : [];
}

/** A cancel not long before a race is decided, or a question about a change answered. */
function cancelsInTime(from: ActDraw): Act[] {
  const { draw, calls } = from;
  const rows = ["race decided", "patch"].filter((row) => calls.some((call) => call.row === row));
  if (rows.length === 0) return [];
  const found = callsBefore(calls, [draw.pick(rows)]);
  const claims = found.filter(({ row }) => row === "claim");
  const there = claims.length > 0 && draw.happens(0.5) ? claims : found;
  const { row, nth } = draw.pick(there);
  const at = { row, nth, place: draw.pick(["before", "after"] as const) };
  return [{ at, whom: "it", kind: "cancel", reason: "enough", ...trouble(draw) }];
}

/** A termination of a run while a child of its own is at work. */
function terminationsOfParents(from: ActDraw): Act[] {
  const { draw, calls } = from;
  const there = callsInChildren(calls);
  if (there.length === 0) return [];
  const { row, nth } = draw.pick(there);
  const at = { row, nth, place: draw.pick(["before", "after"] as const) };
  return [{ at, whom: "its parent", kind: "terminate", reason: "stuck", ...trouble(draw) }];
}

/** A deletion, as soon as it has finished, of a run that a child of its own outlives. */
function deletionsOfOutlived({ draw, calls }: ActDraw): Act[] {
  return deletion(draw, endsBeforeNotices(calls));
}
