import { isFinished, type RunStatus } from "../../lambda/core/status.ts";
import type { Item } from "../../lambda/store/attributes.ts";
import { HINT_QUEUE, TABLE_NAME } from "../../localstack/embedded/resources.ts";
import { Process, processClock } from "../../lambda/testing/process.ts";
import { VirtualClock } from "../../lambda/testing/virtual-clock.ts";
import { World } from "../../lambda/testing/world.ts";
import { Bodies } from "./bodies.ts";
import { interpret } from "./interpret.ts";
import { textOf } from "./mirror.ts";
import type { Play } from "./play.ts";
import { rowOf } from "./rows.ts";
import { Trace } from "./trace.ts";

/** Rows that a replay may make: it claims, loads and finishes. */
const REPLAY_ROWS = new Set([
  "claim",
  "load",
  "read run",
  "read children",
  "finish",
  "heartbeat",
  "hide message",
  "delete message",
  "look for due runs",
]);

/** What META must not have to be claimed as if nothing had ever happened to the run. */
const FORGOTTEN = [
  "waiters",
  "owed",
  "output",
  "error",
  "finishedAt",
  "hops",
  "crashes",
  "unmarked",
  "mark",
];

const without = (meta: Item): Item =>
  Object.fromEntries(Object.entries(meta).filter(([name]) => !FORGOTTEN.includes(name)));

/** What replaying the finished histories of a play came to. */
export interface Replay {
  readonly traces: ReadonlyMap<string, Trace>;
  /** What it did beside replaying, which it must not. */
  readonly excess: readonly string[];
}

/**
 * Replays every finished run of a play: the same code over the same history, in a fresh world where
 * nothing else exists and nothing goes wrong.
 */
export async function replayFinished(play: Play): Promise<Replay> {
  const clock = new VirtualClock(play.world.clock.now());
  const traces = new Map<string, Trace>();
  const excess: string[] = [];
  const workflowsOf = (process: Process) =>
    interpret(
      play.scenario.programs,
      process,
      new Bodies(process, processClock(clock, process), ({ run }) => {
        excess.push(`${run} entered a body`);
      }),
      (trace) => void traces.set(trace.run, trace),
    );
  let left = 0;
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const world = await World.create({
    clock,
    workflows: workflowsOf(new Process("client")),
    workflowsOf,
    isDirect: true,
    stuckAfterMs: 3_600_000,
    watch({ action, body, response }) {
      const row = rowOf(action, body);
      if (!REPLAY_ROWS.has(row)) excess.push(`${row}: ${body.slice(0, 300)}`);
      if (row === "finish" && response.status === 200) left -= 1;
      if (left === 0 || excess.length > 0) end();
    },
  });
  for (const [id, meta] of play.mirror.metas) {
    const status = textOf(meta, "status") as RunStatus;
    if (!isFinished(status)) continue;
    left += 1;
    const due = { N: String(clock.now()) };
    const waiting = { ...without(meta), status: { S: "waiting" }, dueAt: due, checkAt: due };
    await world.dynamodb.call("PutItem", { TableName: TABLE_NAME, Item: waiting });
    for (const { item } of play.mirror.operationsOf(meta).values()) {
      await world.dynamodb.call("PutItem", { TableName: TABLE_NAME, Item: item });
    }
    await world.sqs.queues.send(HINT_QUEUE, JSON.stringify({ run: id }));
  }
  for (const item of play.mirror.others) {
    await world.dynamodb.call("PutItem", { TableName: TABLE_NAME, Item: item });
  }
  world.begin();
  try {
    if (left > 0) await world.until(ended);
  } catch (error) {
    excess.push(String(error));
  }
  await world.end();
  return { traces, excess };
}
