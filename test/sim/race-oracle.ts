import { childId } from "../../lambda/core/keys.ts";
import { isFinished, type RunStatus } from "../../lambda/core/status.ts";
import { lostRace } from "./given-up.ts";
import { type Change, type Mirror, numberOf, textOf } from "./mirror.ts";

/** Rows by which a run's code comes to rest or to an end: by then losers' children have heard. */
const AT_REST: ReadonlySet<string> = new Set(["park", "finish", "continue as new"]);
/** Rows that write what was there before anew. */
const AGAIN: ReadonlySet<string> = new Set(["copy of a record", "restamp"]);

/** Judges what becomes of the branches that have lost a race; undefined when nothing is wrong. */
export function judgeLosers(change: Change, mirror: Mirror): string | undefined {
  return change.sk.startsWith("OP#")
    ? judgeOutcome(change, mirror)
    : change.sk === "META" && AT_REST.has(change.row)
      ? judgeChildren(change, mirror)
      : undefined;
}

/** Nothing of a loser settles behind the race: the code never sees it, so nobody would undo it or give it back. */
function judgeOutcome({ after, pk, row, sk }: Change, mirror: Mirror): string | undefined {
  if (AGAIN.has(row) || textOf(after, "s") !== "done") return undefined;
  const key = sk.slice("OP#".length);
  const race = lostRace(mirror.operations.get(pk)?.values() ?? [], key);
  const isBehind = race && (numberOf(race.item, "o") ?? 0) < (numberOf(after, "o") ?? 0);
  return isBehind
    ? `${mirror.runOf(pk)}: ${row} settled ${key} behind ${race.key}, which its branch had lost`
    : undefined;
}

/** The own children of losers are over, or asked to end. */
function judgeChildren({ before, pk, row }: Change, mirror: Mirror): string | undefined {
  if (!before) return undefined;
  const id = pk.slice("RUN#".length);
  const operations = [...mirror.operationsOf(before).values()];
  for (const { key, item } of operations) {
    if (textOf(item, "k") !== "run" || textOf(item, "s") !== "waiting") continue;
    const own = childId(id, numberOf(before, "round") ?? 1, key);
    const child = textOf(item, "c") === own ? mirror.metas.get(own) : undefined;
    if (!child || child["cancel"] || isFinished(textOf(child, "status") as RunStatus)) continue;
    if (textOf(child, "parent") !== `${textOf(before, "inc")} ${id}`) continue;
    // It was asked to, and somebody has resumed it since.
    if (item["g"]?.BOOL === true && (numberOf(child, "gen") ?? 0) > 0) continue;
    if (!lostRace(operations, key)) continue;
    return `${id}: ${row}, and nobody has asked ${own} to end, whose branch has lost its race`;
  }
  return undefined;
}
