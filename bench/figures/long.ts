import type { Figure } from "../report.ts";
import { type Session, workflows } from "../session.ts";
import { median } from "../statistics.ts";

/** Whether a step costs more the more there are before it. */
export async function measureLongRun({ savepoint }: Session, steps: number): Promise<Figure> {
  // The worker grows warm first: its first steps would flatter the last.
  await (await savepoint.start(workflows.long, { count: 1_000 })).result();
  const startedAt = performance.now();
  const { first, last } = await (await savepoint.start(workflows.long, { count: steps })).result();
  const seconds = (performance.now() - startedAt) / 1_000;
  const unit = "ms";
  return {
    title: `A run of ${steps} steps`,
    about: `Each step beside a bare PutItem made in its body; the whole run took ${seconds.toFixed(0)} s.`,
    lines: [
      {
        name: "last 100 steps by the first 100, p50",
        unit,
        measured: median(last.gaps),
        floor: median(first.gaps),
        atMost: 1.1,
      },
      {
        name: "last 100 steps by bare puts among them",
        unit,
        measured: median(last.gaps),
        floor: median(last.bare),
      },
      {
        name: "bare puts among the last by those among the first",
        unit,
        measured: median(last.bare),
        floor: median(first.bare),
      },
    ],
  };
}
