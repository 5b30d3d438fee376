import type { EngineSettings } from "../../lambda/engine/settings.ts";
import { type Act, generateActs, generateActsOnBlocked, printAct } from "./acts.ts";
import { type Deploy, deploysAtEnd, generateDeploys, printDeploy } from "./deploys.ts";
import { drawCancelDuel } from "./cancel-duel.ts";
import { Draw } from "./draw.ts";
import { type Fault, generateFaults, printFault } from "./faults.ts";
import type { CalmCall } from "./calm-calls.ts";
import type { Program } from "./node-kind.ts";
import { generateLeaflets, type Leaflets } from "./leaflets.ts";
import { sharedId } from "./nodes/child.ts";
import { generatePrograms, printProgram } from "./program.ts";
import { sweeperFaults } from "./sweeper-faults.ts";
import { drawTheme } from "./themes.ts";

/** A run that is started, at a time counted from the beginning of the play. */
export interface Start {
  readonly atMs: number;
  readonly run: string;
  readonly program: number;
  /** Undefined for a run that has all the time it needs. */
  readonly timeoutMs?: number | undefined;
}

/** How the deployment is set up. */
export interface Setup {
  readonly concurrency: number;
  readonly invocationMs: number;
  readonly settings: Partial<EngineSettings>;
  readonly leaflets?: Leaflets;
  /** Longest way to AWS or back, milliseconds. */
  readonly travelMaxMs: number;
}

/** A play before it is played: everything that a seed decides. */
export interface Scenario {
  readonly seed: number;
  readonly programs: readonly Program[];
  readonly setup: Setup;
  readonly actions: readonly Start[];
  /** What else is done to runs from outside. */
  readonly acts: readonly Act[];
  readonly faults: readonly Fault[];
  /** Code that is deployed meanwhile. */
  readonly deploys: readonly Deploy[];
}

/** The scenario of a seed, before anything goes wrong. */
export function generateCalm(seed: number): Scenario {
  const draw = new Draw(seed);
  const { floods, weights } = drawTheme(draw);
  const programs = generatePrograms(draw, { weights });
  const setup = withFlood(generateSetup(draw), new Draw(seed * 29 + 11), floods);
  const actions = generateActions(draw, programs.length);
  return { seed, programs, setup, actions, acts: [], faults: [], deploys: [] };
}

/**
 * The same scenario with what is done to its runs from outside, and with what goes wrong meanwhile.
 */
export function withActs(calm: Scenario, { calls, endMs }: Calm): Scenario {
  const { leaseMs = 30_000 } = calm.setup.settings;
  const draw = new Draw(calm.seed * 19 + 7);
  const runs = calm.actions.map(({ run }) => run);
  const duel = draw.happens(0.15) && drawCancelDuel(draw, calls);
  if (duel) return { ...calm, ...duel };
  const acts = generateActs({ draw, calls, runs, endMs });
  const faults = draw.happens(0.7)
    ? generateFaults({ draw, calls, leaseMs, setup: calm.setup })
    : [];
  return {
    ...calm,
    acts,
    faults: [...faults, ...sweeperFaults(new Draw(calm.seed * 43 + 1), faults)],
  };
}

/** The same scenario with what goes wrong. */
export function withFaults(calm: Scenario, { calls }: Calm): Scenario {
  const { leaseMs = 30_000 } = calm.setup.settings;
  const draw = new Draw(calm.seed * 13 + 5);
  const faults = generateFaults({ draw, calls, leaseMs, setup: calm.setup });
  return { ...calm, faults: [...faults, ...sweeperFaults(new Draw(calm.seed * 41 + 9), faults)] };
}

/** Mailboxes that are short, and runs that are sent what they do not read; drawn apart from all else. */
function withFlood(setup: Setup, draw: Draw, floods: number): Setup {
  if (!draw.happens(floods)) return setup;
  const settings = { ...setup.settings, spillAbove: draw.pick([0, 1, 3]) };
  return { ...setup, settings, leaflets: generateLeaflets(draw) };
}

/** How many seeds have other code deployed in a play of their own. */
const DEPLOYING = 0.4;

/** What there is in a play in which nothing is done and nothing goes wrong. */
export interface Calm {
  /** The workers' calls, in order. */
  readonly calls: readonly CalmCall[];
  /** When all runs had finished, milliseconds. */
  readonly endMs: number;
  /** When steps were recorded and runs given back. */
  readonly recordedAtMs: readonly number[];
  /** Ids of the steps that the code was given the results of. */
  readonly given: ReadonlySet<number>;
  readonly endings: readonly Ending[];
}

/** The end of a run that asks for nothing after a step. */
export interface Ending {
  /** The step's id. */
  readonly step: number;
  /** Which finish it is, and when it comes. */
  readonly nth: number;
  readonly atMs: number;
}

/**
 * The same scenario with other code deployed while its runs run, in some seeds, with what goes wrong
 * meanwhile and what is done to runs that the code no longer fits; undefined in the others.
 */
export function withDeploys(calm: Scenario, there: Calm): Scenario | undefined {
  const { leaseMs = 30_000 } = calm.setup.settings;
  const draw = new Draw(calm.seed * 29 + 3);
  if (!draw.happens(DEPLOYING)) return undefined;
  if (there.endings.length > 0 && draw.happens(0.25)) {
    const { nth, ...ending } = draw.pick(there.endings);
    const crash = { kind: "crash-before", at: { row: "finish", nth }, ms: 0 } as const;
    return { ...calm, deploys: deploysAtEnd(calm.programs, ending), acts: [], faults: [crash] };
  }
  const deploys = generateDeploys(draw, calm.programs, there);
  const acts = draw.happens(0.35) ? generateActsOnBlocked(draw) : [];
  const block = { row: "block", run: undefined, atMs: there.endMs };
  const calls = [...there.calls, { ...block, nth: 1 }, { ...block, nth: 2 }];
  const faults = draw.happens(0.5)
    ? generateFaults({ draw, calls, leaseMs, setup: calm.setup })
    : [];
  // Code meets what it does not fit where a run is claimed once more.
  const operationsPerInvocation = draw.pick([1, 2, undefined]);
  const settings = {
    ...calm.setup.settings,
    ...(operationsPerInvocation && { operationsPerInvocation }),
  };
  const all = [...faults, ...sweeperFaults(new Draw(calm.seed * 47 + 5), faults)];
  return { ...calm, setup: { ...calm.setup, settings }, deploys, acts, faults: all };
}

function generateSetup(draw: Draw): Setup {
  const invocationMs = draw.pick([900_000, 900_000, 900_000, 60_000, 15_000]);
  return {
    concurrency: draw.pick([1, 2, 4, 6, 8]),
    invocationMs,
    travelMaxMs: draw.pick([1, 10, 10, 60, 300]),
    settings: {
      leaseMs: draw.pick([30_000, invocationMs === 15_000 ? 30_000 : 12_000, 6_000]),
      deadlineMarginMs: draw.pick([5_000, 2_000]),
      waitInPlaceMs: draw.pick([1_500, 100, 0]),
      gatherMs: draw.pick([1_000, 0]),
      operationsPerInvocation: draw.pick([Infinity, Infinity, Infinity, 1, 3]),
    },
  };
}

function generateActions(draw: Draw, programs: number): Start[] {
  const timeoutMs = draw.happens(0.12) ? draw.pick([900, 8_000, 40_000]) : undefined;
  const actions: Start[] = [{ atMs: 0, run: "main", program: 0, timeoutMs }];
  const when = () => draw.pick([0, 50, 1_500, 10_000]);
  if (draw.happens(0.5)) actions.push({ atMs: when(), run: "other", program: 0 });
  if (programs > 1 && draw.happens(0.5)) {
    const program = draw.happens(0.5) ? programs - 1 : draw.int(1, programs - 1);
    actions.push({ atMs: draw.happens(0.5) ? 0 : when(), run: sharedId(program), program });
  }
  return actions;
}

/** A scenario as text. */
export function printScenario(scenario: Scenario): string {
  const { programs, setup, actions, acts, faults, deploys } = scenario;
  return [
    ...programs.map(printProgram),
    `setup: ${JSON.stringify(setup)}`,
    ...actions.map(
      ({ atMs, run, program, timeoutMs }) =>
        `at ${atMs} ms: start ${run} of p${program}${timeoutMs ? `, for ${timeoutMs} ms` : ""}`,
    ),
    ...deploys.map(printDeploy),
    ...acts.map(printAct),
    ...(faults.length === 0 ? ["nothing goes wrong"] : faults.map(printFault)),
  ].join("\n");
}
