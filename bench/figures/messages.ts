import type { RunHandle } from "../../lambda/index.ts";
import { barePut } from "../bare-put.ts";
import type { Figure } from "../report.ts";
import { type Session, workflows } from "../session.ts";
import { median, percentile } from "../statistics.ts";
import { wake } from "../workflows.ts";

const PARKED = 100;
/** Bare puts beside each message sent alone. */
const PUTS = 5;

async function parked(session: Session): Promise<RunHandle> {
  const run = await session.savepoint.start(workflows.waiter, undefined);
  while ((await run.status()) !== "waiting") await run.wait({ timeout: 10 });
  return run;
}

/** Messages to parked runs: one after the other, and to many at once. */
export async function measureMessages(session: Session, samples: number): Promise<Figure> {
  const trips: number[] = [];
  const bare: number[] = [];
  for (let sample = 0; sample < samples; sample += 1) {
    const run = await parked(session);
    for (let put = 1; put <= PUTS; put += 1) {
      bare.push(await barePut(session.bare, sample * PUTS + put));
    }
    const startedAt = performance.now();
    await run.send(wake, { number: sample });
    await run.result();
    trips.push(performance.now() - startedAt);
  }
  const { idleRequests, ms } = await wakeAll(session);
  const floor = median(bare);
  return {
    title: "Messages to parked runs",
    about: `From the call of send to the result of the run that it wakes, ${samples} runs, one after the other; then ${PARKED} parked runs, woken at once. The floor is a bare PutItem, for the last time one for each of them. Requests are all that reached DynamoDB and SQS in a second in which all were parked.`,
    lines: [
      { name: "send to result, p50", unit: "ms", measured: median(trips), floor },
      { name: "send to result, p99", unit: "ms", measured: percentile(trips, 0.99), floor },
      {
        name: `${PARKED} at once, first send to last result`,
        unit: "ms",
        measured: ms,
        floor: floor * PARKED,
      },
      {
        name: `requests of ${PARKED} parked runs in a second`,
        unit: "requests",
        measured: idleRequests,
      },
    ],
  };
}

async function wakeAll(session: Session) {
  const runs: RunHandle[] = [];
  for (let number = 0; number < PARKED; number += 1) runs.push(await parked(session));
  await session.stack.usage();
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const { calls } = await session.stack.usage();
  const idleRequests = Object.values(calls).reduce((sum, count) => sum + count, 0);
  const startedAt = performance.now();
  await Promise.all(
    runs.map(async (run, number) => {
      await run.send(wake, { number });
      await run.result();
    }),
  );
  return { idleRequests, ms: performance.now() - startedAt };
}
