import { judgeAgainst, judgeEnd } from "./end-oracle.ts";
import { Play } from "./play.ts";
import { generateCalm, type Scenario, withActs, withDeploys, withFaults } from "./scenario.ts";

export { report } from "./report.ts";
export { shrink } from "./shrink.ts";

/** Rows by which an owner gives its run back to go on later. */
const GIVEN_BACK: ReadonlySet<string> = new Set(["park", "hand over"]);

/** Plays a scenario and judges it, after the same without faults. */
export async function playAndJudge(scenario: Scenario): Promise<Play> {
  const calm = await judged({ ...scenario, faults: [], deploys: [] });
  const isCalm = scenario.faults.length === 0 && scenario.deploys.length === 0;
  return calm.violation || isCalm ? calm : judged(scenario, calm);
}

/**
 * Plays the scenario of a seed: as it is, then with faults, which are aimed at the calls that there
 * are without them, then with something done to its runs from outside, aimed alike; in some seeds with
 * other code deployed, too. The last play
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
  const deploying = acted.violation
    ? undefined
    : withDeploys(calm.scenario, {
        rows,
        endMs: calm.endedAtMs,
        givenBackAtMs: calm.journal.flatMap(({ row, atMs }) => (GIVEN_BACK.has(row) ? [atMs] : [])),
      });
  if (!deploying) return acted;
  const deployed = await judged(deploying, calm);
  played(deployed);
  return deployed;
}

/** A play, judged; against one in which nothing went wrong if what it comes to is known by that. */
async function judged(scenario: Scenario, calm?: Play): Promise<Play> {
  const play = await Play.of(scenario);
  await judgeEnd(play);
  if (calm && scenario.acts.length === 0) judgeAgainst(calm, play);
  return play;
}
