import { AsyncLocalStorage } from "node:async_hooks";
import { expect } from "vitest";
import { type Encoded, decodeValue } from "../../lambda/core/codec.ts";
import { advanceRun } from "../../lambda/engine/advance.ts";
import type { EngineDependencies, Whereabouts } from "../../lambda/engine/dependencies.ts";
import { isFinished } from "../../lambda/core/status.ts";
import { DEFAULT_SETTINGS } from "../../lambda/engine/settings.ts";
import { workflowsByName } from "../../lambda/engine/workflow.ts";
import type { Outcome } from "../../lambda/store/finish-run.ts";
import type { Meta } from "../../lambda/store/meta.ts";
import type { StoredValue } from "../../lambda/store/values.ts";
import { seededIds } from "../../lambda/testing/seeded-ids.ts";
import { VirtualClock } from "../../lambda/testing/virtual-clock.ts";
import type { World } from "../../lambda/testing/world.ts";

// One for all replays: Node carries every storage there is from promise to promise.
const where = new AsyncLocalStorage<Whereabouts>();

/**
 * Replays the history of a finished run with the same code in an engine that can write nothing and
 * start no body: it must ask for what is recorded, in that order, and for nothing else, and come to
 * the same end. What the code may not ask the engine itself finds, and blocks the run.
 */
export async function expectReplayGivesTheSame(world: World, meta: Meta): Promise<void> {
  const { values } = world.store;
  const stored = meta.status === "succeeded" ? meta.output : meta.error;
  const recorded = stored === undefined ? undefined : decodeValue(await values.fetch(stored));
  const replayed = await replay(world, meta);
  expect(replayed, `replay of ${meta.id}`).toEqual({
    status: meta.status,
    value: recorded,
    failedOperation: meta.failedOperation,
  });
}

/** What replay of a run came to: its outcome, or the first thing that it tried beyond its history. */
async function replay(world: World, meta: Meta) {
  const { log, options } = world;
  const clock = new VirtualClock(world.clock.now());
  const attempts: string[] = [];
  let outcome: Outcome | undefined;
  const refuse = (what: string) => (_: unknown, detail?: unknown) => {
    attempts.push(`${what} ${typeof detail === "object" ? JSON.stringify(detail) : ""}`);
    return Promise.resolve({ outcome: "lost" as const });
  };
  const store: EngineDependencies["store"] = {
    ...world.store,
    until: () => store,
    values: {
      ...world.store.values,
      keep: async (value: Encoded): Promise<StoredValue> => value,
    },
    finishRun: async (_, __, finished) => {
      outcome = finished;
      return { outcome: "done", meta: { ...meta, owed: [] } };
    },
    writeOperation: async (_, record) => {
      attempts.push(`record of ${record.key}`);
      return { done: false, rival: undefined };
    },
    markOperation: async (_, { key }) => void attempts.push(`mark of ${key}`),
    startRun: () => Promise.reject(new Error("a replay starts no run")),
    // What the code has abandoned is asked to end again; when the run finished that had been done.
    cancelRun: async ({ to: { id } }) => {
      const there = await world.store.readRun(id);
      if (!there) return { outcome: "gone" };
      if (!isFinished(there.status)) attempts.push(`cancel of ${id}`);
      return { outcome: "finished", meta: there };
    },
    putCancelled: ({ id }) => Promise.reject(new Error(`a replay puts no run, but ${id}`)),
    terminateRun: ({ run }) => Promise.reject(new Error(`a replay ends no run, but ${run.id}`)),
    // The first comes after more time than any replay takes: the code asked for a body.
    heartbeat: refuse("wait for a body"),
    parkRun: refuse("park"),
    handOverRun: refuse("hand-over"),
    blockRun: refuse("block"),
  };
  const deps: EngineDependencies = {
    clock,
    log,
    where,
    ids: seededIds(99),
    workflows: workflowsByName(options.workflows),
    // No lease is ever long enough for a body: only what is recorded can be had.
    settings: { ...DEFAULT_SETTINGS, leaseMarginMs: Number.POSITIVE_INFINITY },
    hints: nothingSent(attempts),
    store,
  };
  const now = clock.now();
  const claim = {
    meta: claimedAnew(meta, now),
    isTakeover: false,
    monotonicUntil: clock.monotonic() + DEFAULT_SETTINGS.leaseMs,
  };
  await whileQuiet(clock, advanceRun(deps, claim, { startedAt: now, deadlineAt: now + 900_000 }));
  expect(attempts, `what the replay of ${meta.id} tried beyond its history`).toEqual([]);
  if (!outcome) return { status: "none" };
  const value = outcome.status === "succeeded" ? outcome.output : outcome.error;
  return {
    status: outcome.status,
    value: decodeValue(value as Encoded),
    failedOperation: outcome.status === "failed" ? outcome.failedOperation : undefined,
  };
}

/** More macrotask turns than any replay here needs. */
const TURNS = 5_000;

/** Lets time pass only for a replay that does not end without: it waits in vain. */
async function whileQuiet(clock: VirtualClock, replaying: Promise<unknown>): Promise<void> {
  const state = { isOver: false };
  const end = () => void (state.isOver = true);
  replaying.then(end, end);
  for (let turns = 1; !state.isOver; turns += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    if (turns > TURNS && !clock.fireNext()) break;
  }
  await replaying;
}

/** The run as if a worker had just claimed it again, before it finished. */
const claimedAnew = (meta: Meta, now: number): Meta => ({
  ...meta,
  status: "running",
  epoch: meta.epoch + 1,
  owner: "replay",
  // It has finished in time, or its cancel request says that it has not.
  deadline: undefined,
  leaseUntil: now + DEFAULT_SETTINGS.leaseMs,
  hops: 0,
  crashes: 0,
  isUnmarked: false,
  output: undefined,
  error: undefined,
});

function nothingSent(attempts: string[]): EngineDependencies["hints"] {
  const refuse = (what: string) => () => {
    attempts.push(what);
    return Promise.resolve();
  };
  return {
    send: refuse("hint"),
    hide: refuse("hide"),
    hideAll: refuse("hide"),
    delete: refuse("delete"),
  };
}
