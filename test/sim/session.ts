import { type CalmCall, numbered } from "./calm-calls.ts";
import { Draw } from "./draw.ts";
import { drawDuel } from "./duels.ts";
import { judgeAgainst, judgeEnd } from "./end-oracle.ts";
import { Play } from "./play.ts";
import {
  type Calm,
  type Ending,
  generateCalm,
  type Scenario,
  withActs,
  withDeploys,
  withFaults,
} from "./scenario.ts";
import type { Trace } from "./trace.ts";

export { report } from "./report.ts";
export { shrink } from "./shrink.ts";

/** Rows after which a run may go on with other code: what is recorded by then need not fit it. */
const TELLING: ReadonlySet<string> = new Set(["park", "hand over", "step result"]);

/** Plays a scenario and judges it, after the same without faults. */
export async function playAndJudge(scenario: Scenario): Promise<Play> {
  const calm = await judged({ ...scenario, faults: [], deploys: [] });
  const isCalm = scenario.faults.length === 0 && scenario.deploys.length === 0;
  return calm.violation || isCalm ? calm : judged(scenario, calm);
}

/**
 * Plays the scenario of a seed: as it is, then with faults, which are aimed at the calls that there
 * are without them, then with something done to its runs from outside, aimed alike; in some seeds with
 * other code deployed, too, and in some a duel. The last play comes back, or the first that went wrong, and
 * each is told to `played`.
 */
export async function playSeed(
  seed: number,
  played: (play: Play) => void = () => undefined,
): Promise<Play> {
  const calm = await judged(generateCalm(seed));
  played(calm);
  if (calm.violation) return calm;
  const there = calmOf(calm);
  const faulty = withFaults(calm.scenario, there);
  if (faulty.faults.length > 0) {
    const play = await judged(faulty, calm);
    played(play);
    if (play.violation) return play;
  }
  const acted = await judged(withActs(calm.scenario, there));
  played(acted);
  if (acted.violation) return acted;
  const deploying = withDeploys(calm.scenario, there);
  const last = deploying ? await judged(deploying, calm) : acted;
  if (deploying) played(last);
  const duel = last.violation ? undefined : drawDuel(seed, new Draw(seed * 37 + 5));
  if (!duel) return last;
  const fought = await playAndJudge(duel);
  played(fought);
  return fought;
}

/** What there is in a play in which nothing is done and nothing goes wrong. */
function calmOf({ endedAtMs, journal, mirror, traces }: Play): Calm {
  const calls = journal
    .filter(({ call }) => call.process.startsWith("worker"))
    .map(({ row, atMs, call }) => ({ row, atMs, run: mirror.runOfCall(call.body) }));
  const events = [...traces.values()].flat().flatMap((trace) => trace.events);
  const given = events.map((event) => Number(/^gets step \w+ \((\d+)\)/.exec(event)?.[1] ?? -1));
  const recordedAtMs = journal.flatMap(({ row, atMs }) => (TELLING.has(row) ? [atMs] : []));
  const there = numbered(calls);
  return {
    calls: there,
    endMs: endedAtMs,
    recordedAtMs,
    given: new Set(given),
    endings: [...traces.values()].flatMap((executions) => endingOf(executions.at(-1), there)),
  };
}

/** The end of a run that asks for nothing after a step. */
function endingOf(trace: Trace | undefined, calls: readonly CalmCall[]): Ending[] {
  const asked = trace?.events.findLast((event) => event.startsWith("asks "));
  const step = /^asks step \w+ \((\d+)\)/.exec(asked ?? "")?.[1];
  const end = calls.findLast(({ row, run }) => row === "finish" && run === trace?.run);
  return step && end ? [{ step: Number(step), nth: end.nth, atMs: end.atMs }] : [];
}

/** A play, judged; against one in which nothing went wrong if what it comes to is known by that. */
async function judged(scenario: Scenario, calm?: Play): Promise<Play> {
  const play = await Play.of(scenario);
  await judgeEnd(play);
  if (calm && scenario.acts.length === 0) judgeAgainst(calm, play);
  return play;
}
