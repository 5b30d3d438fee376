import { judgeAgainst, judgeEnd } from "./end-oracle.ts";
import { Play } from "./play.ts";
import { generateCalm, type Scenario, withFaults } from "./scenario.ts";

export { report } from "./report.ts";
export { shrink } from "./shrink.ts";

/** Plays a scenario and judges it, after the same without faults. */
export const playAndJudge = (scenario: Scenario): Promise<Play> =>
  playWith({ ...scenario, faults: [] }, () => scenario);

/** Plays the scenario of a seed: its faults are aimed at the calls that there are without them. */
export const playSeed = (seed: number): Promise<Play> =>
  playWith(generateCalm(seed), (calm) =>
    withFaults(
      calm.scenario,
      calm.journal.filter(({ call }) => call.process.startsWith("worker")).map(({ row }) => row),
    ),
  );

async function playWith(calm: Scenario, faulty: (calm: Play) => Scenario): Promise<Play> {
  const first = await Play.of(calm);
  await judgeEnd(first);
  if (first.violation) return first;
  const scenario = faulty(first);
  if (scenario.faults.length === 0) return first;
  const play = await Play.of(scenario);
  await judgeEnd(play);
  judgeAgainst(first, play);
  return play;
}
