import { barePut } from "../bare-put.ts";
import type { Figure } from "../report.ts";
import { type Session, workflows } from "../session.ts";
import { median, percentile } from "../statistics.ts";

const STEPS = 10;
/** Bare puts between two runs. */
const PUTS_BETWEEN = 5;

/** Runs before the first that counts: the three processes grow warm together. */
const WARM_UPS = 100;

async function runOnce({ savepoint }: Session) {
  const run = await savepoint.start(workflows.plain, { count: STEPS });
  await run.result();
  return run;
}

/** A short run as its client sees it: put, hint, queue, mapping, worker, ten steps, result. */
export async function measureShortRuns(session: Session, samples: number): Promise<Figure> {
  for (let warm = 0; warm < WARM_UPS; warm += 1) await runOnce(session);
  const runs: number[] = [];
  const finishes: number[] = [];
  const bare: number[] = [];
  for (let sample = 0; sample < samples; sample += 1) {
    for (let put = 1; put <= PUTS_BETWEEN; put += 1) {
      bare.push(await barePut(session.bare, sample * PUTS_BETWEEN + put));
    }
    const startedAt = performance.now();
    const run = await runOnce(session);
    runs.push(performance.now() - startedAt);
    const { startedAt: bornAt, finishedAt = Number.NaN } = await run.describe();
    finishes.push(finishedAt - bornAt);
  }
  const floor = median(bare);
  return {
    title: "A run of 10 steps, start to result",
    about: `From the call of start to its result, one run after the other, ${samples} runs. The floor is the p50 of ${bare.length} bare PutItems of the same process, made between the runs. A run has finished by its own clock, to the millisecond, before its client next looks.`,
    lines: [
      { name: "p50", unit: "ms", measured: median(runs), floor, atMost: 20 },
      { name: "p99", unit: "ms", measured: percentile(runs, 0.99), floor },
      { name: "until it has finished, p50", unit: "ms", measured: median(finishes), floor },
    ],
  };
}

const AT_ONCE = 200;

/** Many short runs at once, from the first start to the last result. */
export async function measureThroughput(session: Session, rounds: number): Promise<Figure> {
  const rates: number[] = [];
  const puts: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const putsStartedAt = performance.now();
    await atOnce((index) => barePut(session.bare, 1_000_000 + round * AT_ONCE + index));
    puts.push((AT_ONCE * 1000) / (performance.now() - putsStartedAt));
    const startedAt = performance.now();
    await atOnce(() => runOnce(session));
    rates.push((AT_ONCE * 1000) / (performance.now() - startedAt));
  }
  return {
    title: `${AT_ONCE} runs of 10 steps at once`,
    about: `From the first start to the last result, ${rounds} rounds; the processes of client, stack and workers share the machine. Beside it, bare PutItems, ${AT_ONCE} in flight from one process.`,
    lines: [
      { name: "runs, median of the rounds", unit: "runs/s", measured: median(rates) },
      { name: "runs, best round", unit: "runs/s", measured: Math.max(...rates) },
      { name: "bare puts", unit: "puts/s", measured: median(puts) },
    ],
  };
}

const atOnce = <T>(work: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: AT_ONCE }, (_, index) => work(index)));
