import fc from "fast-check";
import { Draw } from "../sim/draw.ts";
import { judgeAgainst, judgeEnd } from "../sim/end-oracle.ts";
import type { CallFault } from "../sim/faults.ts";
import { Play } from "../sim/play.ts";
import { report } from "../sim/report.ts";
import type { Scenario } from "../sim/scenario.ts";
import { judgeTraces } from "../sim/trace-oracle.ts";
import { calmScenarios } from "./arbitrary.ts";

/** What is tried, and what of it. */
export interface Trial {
  /** Programs that are drawn. */
  readonly programs: number;
  /** Writes of each at which its process dies; all of them when there are no more. */
  readonly crashes: number;
  readonly seed?: number;
  /** Leads to a program that was found before, as it was printed. */
  readonly path?: string;
  readonly onProgram?: (plays: number) => void;
}

/** The seed and the path stand above it, as fast-check has printed them. */
const AGAIN = "npm run test:order -- --seed <seed> --path <path>";
const WRITES: readonly string[] = ["PutItem", "UpdateItem", "SendMessage"];

/**
 * Plays programs without faults, again, and with a crash at each of their writes, and replays what
 * each play has recorded. Throws, with the smallest program found and with what shows it again, for
 * one whose code was not given the same world each time.
 */
export async function tryPrograms(trial: Trial): Promise<void> {
  const { programs, crashes, seed, path, onProgram } = trial;
  await fc.assert(
    fc.asyncProperty(calmScenarios, async (calm) => {
      let plays = 0;
      for await (const play of playsOf(calm, crashes)) {
        plays += 1;
        if (play.violation) throw new Error(report(play, AGAIN));
      }
      onProgram?.(plays);
    }),
    {
      numRuns: programs,
      includeErrorInReport: true,
      ...(seed !== undefined && { seed }),
      ...(path !== undefined && { path }),
    },
  );
}

/** All plays of a scenario, judged: the same as it is twice, then with one crash each. */
async function* playsOf(calm: Scenario, crashes: number): AsyncGenerator<Play> {
  const first = await Play.of(calm);
  await judgeEnd(first);
  yield first;
  const again = await Play.of(calm);
  judgeSame(first, again);
  yield again;
  for (const fault of crashesOf(first, crashes)) {
    const play = await Play.of({ ...calm, faults: [fault] });
    await judgeEnd(play);
    judgeAgainst(first, play);
    yield play;
  }
}

/** Virtual time alone decides what code sees. */
function judgeSame(first: Play, again: Play): void {
  for (const [run, traces] of first.traces) {
    const others = again.traces.get(run) ?? [];
    const wrong = judgeTraces(run, [...traces, ...others]);
    if (wrong) again.violate("two plays of one scenario are the same", wrong);
    if (traces.length !== others.length) {
      again.violate("two plays of one scenario are the same", `${run} was executed more often`);
    }
  }
}

/** A crash before or after each write of the workers, or of as many as wanted, spread over them. */
function crashesOf({ journal, scenario }: Play, most: number): CallFault[] {
  const draw = new Draw(scenario.seed);
  const faults = journal
    .filter(({ call }) => call.process.startsWith("worker"))
    .flatMap(({ call: { action } }, index): CallFault[] => {
      if (!WRITES.includes(action)) return [];
      const kind = draw.pick(["crash-before", "crash-after"] as const);
      return [{ kind, at: { call: index + 1 }, ms: 0 }];
    });
  while (faults.length > most) faults.splice(draw.int(0, faults.length - 1), 1);
  return faults;
}
