import { Coverage, type Covered } from "./coverage.ts";
import { playAndJudge, playSeed, report, shrink } from "./session.ts";

/** What a process that plays is asked to do, with seeds from `from` on. */
export type Task = Seeds &
  /** Plays all of them, and makes those that fail smaller. */
  (
    | { readonly kind: "play" }
    /** Plays until one fails. */
    | { readonly kind: "hunt" }
  );

/** Seeds one after the other. */
export interface Seeds {
  readonly from: number;
  readonly seeds: number;
}

/** What it has come to. */
export interface Done {
  readonly covered: Covered;
  readonly failures: readonly Failure[];
}

/** A seed that fails. */
export interface Failure {
  readonly seed: number;
  readonly oracle: string;
  readonly what: string;
  /** All that there is to say of the smallest play that fails like this. */
  readonly report: string;
}

/** What such a process says. */
export type Word = { readonly done: Done } | { readonly note: string };

const say = (word: Word): void => void process.send?.(word);

async function perform({ kind, from, seeds }: Task): Promise<Done> {
  const coverage = new Coverage();
  const failures: Failure[] = [];
  for (let seed = from; seed < from + seeds; seed += 1) {
    const play = await playSeed(seed, (one) => coverage.add(one));
    if (!play.violation) continue;
    const { oracle, what } = play.violation;
    if (kind === "hunt") {
      failures.push({ seed, oracle, what, report: report(play) });
      break;
    }
    say({ note: `seed ${seed} fails: ${oracle}: ${what}; making it smaller` });
    const small = await playAndJudge(await shrink(play.scenario, oracle));
    failures.push({ seed, oracle, what, report: report(small) });
  }
  return { covered: coverage.covered, failures };
}

process.on("message", (task: Task) => {
  void perform(task).then((done) => say({ done }));
});
// Whoever asked is gone, or wants no more.
process.on("disconnect", () => process.exit());
