import { memoryOf } from "../memory-process.ts";
import type { Figure } from "../report.ts";
import type { Session } from "../session.ts";

const KB = 1024;

/** What a run takes of its worker's memory: nothing once it is parked, and what a live one holds. */
export async function measureMemory({ stack }: Session, runs: number): Promise<Figure> {
  const liveRuns = runs / 4;
  const { address } = stack;
  const { idle, parked, live, finished } = await memoryOf({ address, parkedRuns: runs, liveRuns });
  const each = (bytes: number, among: number) => Math.max(bytes, 0) / among / KB;
  return {
    title: "Memory of a worker",
    about: `After a full collection of garbage, in a worker that is warm: what ${runs} runs leave behind that have parked in it, what ${liveRuns} hold that wait in a step's body side by side, and what those leave behind when they have finished; for one run. What is left behind stands beside 1 KB.`,
    lines: [
      {
        name: "heap for a parked run",
        unit: "KB",
        measured: each(parked.heap - idle.heap, runs),
        floor: 1,
        atMost: 1,
      },
      {
        name: "heap for a finished run",
        unit: "KB",
        measured: each(finished.heap - parked.heap, liveRuns),
        floor: 1,
        atMost: 1,
      },
      {
        name: "heap for a live run",
        unit: "KB",
        measured: each(live.heap - parked.heap, liveRuns),
      },
      {
        name: "resident set for a live run",
        unit: "KB",
        measured: each(live.rss - parked.rss, liveRuns),
      },
      { name: "heap of the worker, idle", unit: "KB", measured: idle.heap / KB },
    ],
  };
}
