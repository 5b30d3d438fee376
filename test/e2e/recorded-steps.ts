import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { expect } from "vitest";
import { createSavepoint } from "../../lambda/client/savepoint.ts";
import { systemClock } from "../../lambda/core/clock.ts";
import { systemIds } from "../../lambda/core/ids.ts";
import { idempotencyKey } from "../../lambda/core/keys.ts";
import { jsonLog } from "../../lambda/core/log.ts";
import { historyOf } from "../../lambda/store/meta.ts";
import type { OperationRecord } from "../../lambda/store/operation.ts";
import { openStore } from "../../lambda/store/store.ts";
import { createDynamoDB, type DynamoDB } from "../../localstack/embedded/dynamodb/dynamodb.ts";
import { TABLE_NAME } from "../../localstack/embedded/resources.ts";
import { inProcessHandler } from "../../localstack/embedded/sdk-handler.ts";

/** A request that a service received, by its own word. */
export interface KeyedRequest {
  readonly idempotencyKey: string;
  /** Time of arrival, milliseconds since the epoch. */
  readonly at: number;
}

/** A step's record, and which run it is of. */
export interface RecordedStep extends OperationRecord {
  readonly run: string;
  /** How often the run was taken over from a worker that had died or stood still. */
  readonly takeovers: number;
}

/** All steps of all runs in a database, by the idempotency key that their bodies were given. */
export async function recordedSteps(dynamodb: DynamoDB): Promise<Map<string, RecordedStep>> {
  const client = new DynamoDBClient({
    region: "us-east-1",
    credentials: { accessKeyId: "any", secretAccessKey: "any" },
    requestHandler: inProcessHandler(dynamodb.handler),
  });
  const clock = systemClock;
  const store = openStore({ client, table: TABLE_NAME, clock, ids: systemIds });
  const hints = undefined as never;
  const log = jsonLog(
    () => {},
    () => clock.now(),
  );
  const savepoint = createSavepoint({ store, hints, clock, ids: systemIds, log });
  const steps = new Map<string, RecordedStep>();
  for (let cursor: string | undefined, isLast = false; !isLast;) {
    const page = await savepoint.list({ limit: 200, ...(cursor !== undefined && { cursor }) });
    for (const { id } of page.runs) {
      const meta = await store.readRun(id);
      if (!meta) throw new Error(`run ${id} is listed and not there`);
      for (const record of await store.loadHistory(historyOf(meta))) {
        if (record.kind !== "step") continue;
        steps.set(idempotencyKey(meta, record.key), {
          ...record,
          run: id,
          takeovers: meta.recoveries,
        });
      }
    }
    cursor = page.next;
    isLast = cursor === undefined;
  }
  return steps;
}

/** The same of a stack's folder, once the stack is down. */
export async function recordedStepsIn(dir: string): Promise<Map<string, RecordedStep>> {
  const dynamodb = createDynamoDB({ journal: { dir } });
  try {
    return await recordedSteps(dynamodb);
  } finally {
    await dynamodb.close();
  }
}

/**
 * Joins what a service saw with the history: each request belongs to a step that was recorded done,
 * none came after that, and a step made more requests than attempts only if its run was taken over, and
 * then at most one more for each time.
 * @returns how many requests there were for steps that were taken over
 */
export function expectNoCompletedStepAgain(
  requests: readonly KeyedRequest[],
  steps: ReadonlyMap<string, RecordedStep>,
): number {
  const counts = new Map<string, number>();
  for (const { idempotencyKey: key, at } of requests) {
    const step = steps.get(key);
    const name = `${step?.run} ${step?.key} (${key})`;
    expect(step?.state, `${name} made a request and was not recorded done`).toBe("done");
    expect(at, `${name} made a request after it was recorded done`).toBeLessThanOrEqual(
      step?.endedAt ?? 0,
    );
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  let takenOver = 0;
  for (const [key, count] of counts) {
    const { run, key: name, takeovers = 0, failures = 0 } = steps.get(key) ?? {};
    expect(
      count,
      `requests of ${run} ${name}, whose run was taken over ${takeovers} times`,
    ).toBeLessThanOrEqual(1 + failures + takeovers);
    if (takeovers > 0) takenOver += count;
  }
  return takenOver;
}
