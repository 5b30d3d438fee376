import { playAndJudge } from "./session.ts";
import { smallerPrograms } from "./program.ts";
import type { Scenario } from "./scenario.ts";

/** Plays that shrinking may take. */
const PLAYS_MAX = 250;

/**
 * Makes a scenario smaller while the same oracle still sees something wrong: first fewer faults, then
 * fewer actions, then smaller programs.
 */
export async function shrink(scenario: Scenario, oracle: string): Promise<Scenario> {
  let smallest = scenario;
  let left = PLAYS_MAX;
  for (const smaller of [
    fewerFaults,
    fewerActs,
    fewerDeploys,
    fewerActions,
    smallerProgram,
    fewerFaults,
  ]) {
    for (let found = true; found && left > 0;) {
      found = false;
      for (const candidate of smaller(smallest)) {
        if (left === 0) break;
        left -= 1;
        const { violation } = await playAndJudge(candidate);
        if (violation?.oracle !== oracle) continue;
        smallest = candidate;
        found = true;
        break;
      }
    }
  }
  return smallest;
}

function* fewerFaults(scenario: Scenario): Generator<Scenario> {
  for (const index of scenario.faults.keys()) {
    yield { ...scenario, faults: scenario.faults.toSpliced(index, 1) };
  }
}

function* fewerActs(scenario: Scenario): Generator<Scenario> {
  for (const [index, act] of scenario.acts.entries()) {
    yield { ...scenario, acts: scenario.acts.toSpliced(index, 1) };
    const { trouble, ...untroubled } = act;
    if (trouble) yield { ...scenario, acts: scenario.acts.with(index, untroubled) };
  }
}

function* fewerDeploys(scenario: Scenario): Generator<Scenario> {
  // What brings the right code back stays: without it no run would end.
  if (scenario.deploys.length > 0) yield { ...scenario, deploys: [] };
}

function* fewerActions(scenario: Scenario): Generator<Scenario> {
  if (scenario.actions.length === 1) return;
  for (const index of scenario.actions.keys()) {
    yield { ...scenario, actions: scenario.actions.toSpliced(index, 1) };
  }
}

function* smallerProgram(scenario: Scenario): Generator<Scenario> {
  const { programs } = scenario;
  for (const [index, program] of programs.entries()) {
    for (const smaller of smallerPrograms(program)) {
      yield { ...scenario, programs: programs.with(index, smaller) };
    }
  }
}
