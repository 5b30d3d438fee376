import type { Figure } from "../report.ts";
import { type Session, workflows } from "../session.ts";
import { barePut } from "../bare-put.ts";
import { median } from "../statistics.ts";

const CONCURRENCY = 50;
const PUTS = 200;

/** A map over children: what it costs its parent, and how long it takes. */
export async function measureChildren(session: Session, children: number): Promise<Figure> {
  const { savepoint, stack } = session;
  const map = async (count: number) => {
    const run = await savepoint.start(workflows.parent, {
      children: count,
      concurrency: CONCURRENCY,
    });
    const startedAt = performance.now();
    await run.result();
    return { run, ms: performance.now() - startedAt };
  };
  await map(CONCURRENCY);
  const bare: number[] = [];
  for (let put = 1; put <= PUTS; put += 1) bare.push(await barePut(session.bare, put));
  await stack.usage();
  const { run, ms } = await map(children);
  const { parentUnits, writeUnits } = await stack.usage();
  const { epoch } = await run.describe();
  return {
    title: `A map of ${children} children, ${CONCURRENCY} at a time`,
    about: `From the start of the parent to its result; each child is a run of one step. The floor of the time is a bare PutItem for each child, one after the other; units are counted at the service. Targets are 4 units of the parent a child, and 120 replays for a thousand.`,
    lines: [
      { name: "start to result", unit: "ms", measured: ms, floor: median(bare) * children },
      { name: "write units in all, per child", unit: "units", measured: writeUnits / children },
      {
        name: "of which the parent's",
        unit: "units",
        measured: parentUnits / children,
        floor: 4,
        atMost: 1,
      },
      {
        name: "replays of the parent",
        unit: "replays",
        measured: epoch - 1,
        floor: 0.12 * children,
        atMost: 1,
      },
    ],
  };
}
