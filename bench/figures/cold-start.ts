import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { isStepRecord } from "../bare-put.ts";
import { openColdFunctions, type Seen } from "../cold-functions.ts";
import { greet } from "../fixtures/checked.config.ts";
import type { Figure } from "../report.ts";
import { connectTo } from "../session.ts";
import { median } from "../statistics.ts";

/** What the first invocation of a worker has written when, beside that of a function that only puts an item. */
export async function measureColdStart(parent: string, rounds: number): Promise<Figure> {
  const directory = join(parent, "cold");
  mkdirSync(directory);
  const functions = await openColdFunctions(directory);
  const { savepoint } = connectTo(functions.address);
  const bare: number[] = [];
  const claims: number[] = [];
  const records: number[] = [];
  try {
    for (let round = 0; round < rounds; round += 1) {
      const put = await functions.invoke("bare", { id: randomUUID() });
      bare.push(timeOf(put, "item", ({ action }) => action === "PutItem"));
      const { id } = await savepoint.start(greet, { name: "you" });
      const run = await functions.invoke("worker", await functions.hintOf(id));
      claims.push(timeOf(run, "claim", ({ action }) => action === "UpdateItem"));
      records.push(timeOf(run, "record", ({ input }) => isStepRecord(input) === "engine"));
    }
  } finally {
    await functions.close();
  }
  const floor = median(bare);
  return {
    title: "Cold start to the first record",
    about: `From an invocation for which a process has to start to the write, as DynamoDB performs it; a run of one step, median of ${rounds}. The floor is a handler that puts one item through the SDK: same bundler, host and variables, in turns.`,
    lines: [
      { name: "claim of the run", unit: "ms", measured: median(claims), floor },
      { name: "record of its step", unit: "ms", measured: median(records), floor, atMost: 1.3 },
    ],
  };
}

function timeOf(calls: readonly Seen[], what: string, matches: (call: Seen) => boolean): number {
  const first = calls.find((call) => call.error === undefined && matches(call));
  if (!first) throw new Error(`the invocation has written no ${what}`);
  return first.afterMs;
}
