import { judgeAgainst, judgeEnd } from "./end-oracle.ts";
import { Play } from "./play.ts";
import { generateCalm, type Scenario, withActs, withFaults } from "./scenario.ts";

export { report } from "./report.ts";
export { shrink } from "./shrink.ts";

/** Plays a scenario and judges it, after the same without faults. */
export async function playAndJudge(scenario: Scenario): Promise<Play> {
  const calm = await judged({ ...scenario, faults: [] });
  return calm.violation || scenario.faults.length === 0 ? calm : judged(scenario, calm);
}

/**
 * Plays the scenario of a seed: as it is, then with faults, which are aimed at the calls that there
 * are without them, then with something done to its runs from outside, aimed alike. The last play
 * comes back, or the first that went wrong, and each is told to `played`.
 */
export async function playSeed(
  seed: number,
  played: (play: Play) => void = () => undefined,
): Promise<Play> {
  const calm = await judged(generateCalm(seed));
  played(calm);
  if (calm.violation) return calm;
  const rows = calm.journal
    .filter(({ call }) => call.process.startsWith("worker"))
    .map(({ row }) => row);
  const faulty = withFaults(calm.scenario, rows);
  if (faulty.faults.length > 0) {
    const play = await judged(faulty, calm);
    played(play);
    if (play.violation) return play;
  }
  const acted = await judged(withActs(calm.scenario, rows, calm.endedAtMs));
  played(acted);
  return acted;
}

/** A play, judged; against one in which nothing went wrong if what it comes to is known by that. */
async function judged(scenario: Scenario, calm?: Play): Promise<Play> {
  const play = await Play.of(scenario);
  await judgeEnd(play);
  if (calm && scenario.acts.length === 0) judgeAgainst(calm, play);
  return play;
}
