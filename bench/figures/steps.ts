import type { Figure } from "../report.ts";
import { type Session, workflows } from "../session.ts";
import { median, percentile } from "../statistics.ts";
import type { StepTimes } from "../workflows.ts";

const STEPS = 1_000;

/**
 * What the engine adds to a step: from the end of one body to the start of the next, of which the
 * record's write is the bulk. Each body makes the two bare calls that it is set beside.
 */
export async function measureSteps({ savepoint }: Session, rounds: number): Promise<Figure> {
  const timed = async (count: number): Promise<StepTimes> =>
    (await savepoint.start(workflows.timed, { count })).result();
  await timed(STEPS);
  const runs: StepTimes[] = [];
  for (let round = 0; round < rounds; round += 1) runs.push(await timed(STEPS));
  const gaps = runs.flatMap((run) => run.gaps);
  const early = runs.flatMap((run) => run.gaps.slice(0, 99));
  const late = runs.flatMap((run) => run.gaps.slice(-99));
  const bare = runs.flatMap((run) => run.bare);
  const bareEarly = runs.flatMap((run) => run.bare.slice(0, 99));
  const bareLate = runs.flatMap((run) => run.bare.slice(-99));
  const empty = runs.flatMap((run) => run.empty);
  const ms = "ms";
  return {
    title: "Step to step",
    about: `From the end of a step's body to the start of the next one's; ${rounds} runs of ${STEPS} steps. The floor is a bare conditional PutItem made inside each body.`,
    lines: [
      { name: "overhead, p50", unit: ms, measured: median(gaps), floor: median(bare), atMost: 1.2 },
      {
        name: "overhead, p99",
        unit: ms,
        measured: percentile(gaps, 0.99),
        floor: percentile(bare, 0.99),
      },
      {
        name: "steps 901-1,000 by 1-100, p50",
        unit: ms,
        measured: median(late),
        floor: median(early),
        atMost: 1.15,
      },
      {
        name: "steps 901-1,000 by 1-100, p99",
        unit: ms,
        measured: percentile(late, 0.99),
        floor: percentile(early, 0.99),
      },
      {
        name: "the floor in the same steps, p50",
        unit: ms,
        measured: median(bareLate),
        floor: median(bareEarly),
      },
      {
        name: "the floor by a server that answers {}, p50",
        unit: ms,
        measured: median(bare),
        floor: median(empty),
        atMost: 1.5,
      },
    ],
  };
}
