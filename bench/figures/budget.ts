import { barePut } from "../bare-put.ts";
import type { Figure, Line } from "../report.ts";
import { type Session, workflows } from "../session.ts";
import type { Usage } from "../usage.ts";

const FEW = 10;
const MANY = 60;
const RUNS = 20;

/** What a run costs in calls and capacity, counted where they are served. */
export async function measureBudget(session: Session): Promise<Figure> {
  const few = await usageOf(session, FEW);
  const many = await usageOf(session, MANY);
  const perRun = (usage: Usage, count: (usage: Usage) => number) => count(usage) / RUNS;
  const perStep = (count: (usage: Usage) => number) =>
    (perRun(many, count) - perRun(few, count)) / (MANY - FEW);
  await barePut(session.bare, FEW);
  const { stepBytes } = await session.stack.usage();
  return {
    title: "Write units and requests",
    about: `Counted at the services over ${RUNS} runs of ${FEW} steps and ${RUNS} of ${MANY}; heartbeats included, one each third of the lease. Reads are the client's, which waits for the result.`,
    lines: [
      line("write units, per step", "units", perStep(units)),
      line("write units, run of 10 steps", "units", perRun(few, units)),
      line("writes, per step", "requests", perStep(writes)),
      line("writes, run of 10 steps", "requests", perRun(few, writes)),
      line("calls of SQS, run of 10 steps", "requests", perRun(few, hints)),
      line("reads, run of 10 steps", "requests", perRun(few, reads)),
      {
        name: "bytes of a step's write by a bare one",
        unit: "bytes",
        measured: few.stepBytes.engine,
        floor: stepBytes.bare,
      },
    ],
  };
}

const units = (usage: Usage): number => usage.writeUnits;
const writes = ({ calls }: Usage): number =>
  (calls["dynamodb.PutItem"] ?? 0) + (calls["dynamodb.UpdateItem"] ?? 0);
const hints = (usage: Usage): number => callsOf(usage, "sqs.");
const reads = (usage: Usage): number => callsOf(usage, "dynamodb.") - writes(usage);

const line = (name: string, unit: Line["unit"], measured: number): Line => ({
  name,
  unit,
  measured,
});

const callsOf = ({ calls }: Usage, service: string): number =>
  Object.entries(calls).reduce(
    (sum, [name, count]) => sum + (name.startsWith(service) ? count : 0),
    0,
  );

async function usageOf({ savepoint, stack }: Session, count: number): Promise<Usage> {
  await stack.usage();
  for (let run = 0; run < RUNS; run += 1) {
    await (await savepoint.start(workflows.plain, { count })).result();
  }
  return stack.usage();
}
