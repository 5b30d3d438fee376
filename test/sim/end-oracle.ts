import { CANCEL_KEY } from "../../lambda/engine/cancelled.ts";
import { expectSoundEnd } from "../engine/invariants.ts";
import type { CodeChange } from "./deploys.ts";
import { textOf } from "./mirror.ts";
import { ONCE } from "./nodes/once.ts";
import { lastName } from "./open-waits.ts";
import type { Play } from "./play.ts";
import { isTimed } from "./program.ts";
import { replayFinished } from "./replay.ts";
import { judgeRollbacks } from "./rollback-oracle.ts";
import type { Trace } from "./trace.ts";
import {
  endOf,
  judgeAnswers,
  judgeTraces,
  longestOf,
  ownTraces,
  type Seen,
} from "./trace-oracle.ts";

/** Judges a play that has come to its end: what must hold of all of it. */
export async function judgeEnd(play: Play): Promise<void> {
  if (play.violation) return;
  await judgeSoundness(play);
  judgeWhatCodeSaw(play);
  judgeEndings(play);
  judgeEffects(play);
  judgeUndoing(play);
  if (!play.violation) await judgeReplay(play);
}

async function judgeSoundness(play: Play): Promise<void> {
  try {
    await expectSoundEnd(play.world, { isReplayed: false });
  } catch (error) {
    play.violate("the end is sound", (error as Error).message);
  }
}

function judgeWhatCodeSaw(play: Play): void {
  for (const [history, traces] of play.traces) {
    const run = play.mirror.runOf(history) ?? history;
    const isCancelled = play.mirror.operations.get(history)?.has(CANCEL_KEY);
    const seen = isCancelled ? ownTraces(traces) : traces;
    for (const alike of byCode(play, seen)) {
      const wrong = judgeTraces(run, alike) ?? judgeAnswers(run, alike);
      if (wrong) play.violate("code sees the same world each time", wrong);
    }
  }
}

const asksPatched = (change: CodeChange | undefined): boolean => change?.kind === "patched";

/**
 * Traces of like code. Code that asks whether it follows a change awaits the answer: what it has started and
 * does not await settles before other things of its than in code that does not ask.
 */
const byCode = (play: Play, traces: readonly Trace[]): Trace[][] =>
  [true, false].map((asks) =>
    traces.filter(({ process }) => asksPatched(play.changeIn(process.name)) === asks),
  );

/** The traces of code like that which has finished a run. */
function tracesOfFinisher(play: Play, run: string): Trace[] {
  const asks = asksPatched(play.changeOf(run));
  return byCode(play, play.tracesOf(run))[asks ? 0 : 1] ?? [];
}

/** A run ends as its own code did: the engine neither fails nor blocks it. */
function judgeEndings(play: Play): void {
  for (const [run, meta] of play.mirror.metas) {
    const status = textOf(meta, "status");
    const end = endOf(tracesOfFinisher(play, run));
    if (play.mirror.wasEndedFromOutside(meta)) continue;
    const byCode = end?.startsWith("returns") ? "succeeded" : "failed";
    const wanted = meta["cancel"] ? "cancelled" : byCode;
    // A run that is cancelled before its code has done anything ends without it.
    if ((end === undefined && !meta["cancel"]) || status !== wanted) {
      const error = meta["error"]?.S ?? "";
      play.violate("a run ends as its code does", `${run} is ${status} but ${end}: ${error}`);
    }
  }
}

/** What is recorded as done by a body was done by one. */
function judgeEffects(play: Play): void {
  const entered = new Set(play.entries.map(({ idempotencyKey }) => idempotencyKey));
  for (const [key, { item, isCopy, run, key: name }] of play.mirror.steps()) {
    // Of a step that runs at most once, a worker may die between its mark and its body.
    const isInterrupted = lastName(name) === ONCE && item["f"] !== undefined;
    const mayLackBody = isCopy || isInterrupted;
    if (!mayLackBody && textOf(item, "s") === "done" && !entered.has(key)) {
      play.violate("what is recorded was done", `${run} recorded ${name}, whose body never ran`);
    }
  }
}

function judgeUndoing(play: Play): void {
  for (const [run, meta] of play.mirror.metas) {
    if (play.mirror.wasEndedFromOutside(meta)) continue;
    const before = tracesOfFinisher(play, run);
    const seen = longestOf(meta["cancel"] ? ownTraces(before) : before);
    const wrong = judgeRollbacks(play.mirror, run, seen);
    if (wrong) play.violate("what was done is undone, the last first", wrong);
  }
}

async function judgeReplay(play: Play): Promise<void> {
  const oracle = "replay makes the same calls in the same order";
  const { traces, excess } = await replayFinished(play);
  for (const what of excess) play.violate(oracle, what);
  for (const run of play.mirror.metas.keys()) {
    const replayed = traces.get(run);
    const before = tracesOfFinisher(play, run);
    const isCancelled = textOf(play.mirror.metas.get(run), "status") === "cancelled";
    const longest = longestOf(isCancelled ? ownTraces(before) : before);
    if (!replayed || !longest) continue;
    const wrong = judgeTraces(run, [withoutSecrets(longest), withoutSecrets(replayed)]);
    if (wrong) play.violate(oracle, wrong);
    if (replayed.events.length !== longest.events.length) {
      play.violate(oracle, `${run}: ${replayed.events.length} events of ${longest.events.length}`);
    }
  }
}

/**
 * A history that is given away has no secrets of tokens in it, so its replay sees none. A trace shows the
 * beginning of a long value, which may end within a secret.
 */
const withoutSecrets = ({ epoch, process, events }: Trace): Seen => ({
  epoch,
  process,
  events: events.map((event) =>
    event.replaceAll(SECRET, (secret) => `.${"0".repeat(secret.length - 1)}`),
  ),
});
const SECRET = /\.[\w-]{43}(?=")|\.[\w-]{1,43}(?=… \(\d+\)$)/g;

/** Programs whose outcome no schedule decides end as they do when nothing goes wrong. */
export function judgeAgainst(calm: Play, play: Play): void {
  const { actions, programs } = play.scenario;
  if (isTimed(programs) || actions.some(({ timeoutMs }) => timeoutMs !== undefined)) return;
  for (const run of play.mirror.metas.keys()) {
    const here = endOf(tracesOfFinisher(play, run));
    const there = endOf(tracesOfFinisher(calm, run));
    if (there !== undefined && here !== there) {
      play.violate("faults do not change the outcome", `${run}: ${here} instead of ${there}`);
    }
  }
}
