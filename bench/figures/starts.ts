import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { barePut } from "../bare-put.ts";
import type { Figure } from "../report.ts";
import { openSession, type Session, type Setting, workflows } from "../session.ts";
import { median } from "../statistics.ts";

const HISTORY = 1_000;
const PUTS = 100;

/** How long a fresh worker process takes to be where a parked run with a long history goes on. */
export async function measureColdResume(setting: Setting, rounds: number): Promise<Figure> {
  const directory = join(setting.directory, "resume");
  mkdirSync(directory);
  const session = await openSession(directory, setting.emptyServer);
  const pidFile = join(directory, "worker.pid");
  const bare: number[] = [];
  const long: number[] = [];
  const short: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    bare.push(...(await puts(session, round)));
    short.push(await resumeCold(session, 0, pidFile));
    long.push(await resumeCold(session, HISTORY, pidFile));
  }
  await session.stack.stop();
  const floor = median(bare);
  return {
    title: "Cold start of a worker",
    about: `From the start of a worker's process to the first body that runs in it, when it takes over a parked run; median of ${rounds}. The floor is a bare PutItem.`,
    lines: [
      { name: "run with 1 step", unit: "ms", measured: median(short), floor },
      { name: `run with ${HISTORY} steps`, unit: "ms", measured: median(long), floor },
      {
        name: `of which reading and replaying ${HISTORY} steps`,
        unit: "ms",
        measured: median(long) - median(short),
        floor,
      },
    ],
  };
}

/** Kills the worker that parked a run, and lets another one go on with it. */
async function resumeCold({ savepoint }: Session, count: number, pidFile: string): Promise<number> {
  const run = await savepoint.start(workflows.resumed, { count, pidFile });
  for (;;) {
    const { status } = await run.wait({ timeout: 10 });
    if (status === "waiting") break;
  }
  process.kill(Number(readFileSync(pidFile, "utf8")), "SIGKILL");
  return run.result();
}

/** From nothing to a result: the process of a stack, its bundles, a worker's process, ten steps. */
export async function measureFirstResult(setting: Setting, rounds: number): Promise<Figure> {
  const starts: number[] = [];
  const totals: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const directory = join(setting.directory, `first-${round}`);
    mkdirSync(directory);
    const startedAt = performance.now();
    const session = await openSession(directory, setting.emptyServer);
    starts.push(session.stack.startMs);
    await (await session.savepoint.start(workflows.plain, { count: 10 })).result();
    totals.push(performance.now() - startedAt);
    bare.push(...(await puts(session, round)));
    await session.stack.stop();
  }
  const floor = median(bare);
  return {
    title: "Process start to first result",
    about: `From the start of the stack's process, in an empty folder, to the result of a run of 10 steps; median of ${rounds}. The floor is a bare PutItem.`,
    lines: [
      { name: "the stack is up", unit: "ms", measured: median(starts), floor },
      { name: "first result", unit: "ms", measured: median(totals), floor },
    ],
  };
}

async function puts({ bare }: Session, round: number): Promise<number[]> {
  const times: number[] = [];
  for (let put = 1; put <= PUTS; put += 1) times.push(await barePut(bare, round * PUTS + put));
  return times;
}
