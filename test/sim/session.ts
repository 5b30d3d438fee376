import { judgeEnd } from "./end-oracle.ts";
import { Play } from "./play.ts";
import { generateScenario, type Scenario } from "./scenario.ts";

export { report } from "./report.ts";
export { shrink } from "./shrink.ts";

/** Plays a scenario and judges it. */
export async function playAndJudge(scenario: Scenario): Promise<Play> {
  const play = await Play.of(scenario);
  await judgeEnd(play);
  return play;
}

/** Plays the scenario of a seed. */
export const playSeed = (seed: number): Promise<Play> => playAndJudge(generateScenario(seed));
