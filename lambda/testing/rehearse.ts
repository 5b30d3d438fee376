import { decodeValue, type Encoded } from "../core/codec.ts";
import type { RecordedHistory } from "../core/recorded-history.ts";
import { begin } from "../engine/advance.ts";
import type { EngineDependencies } from "../engine/dependencies.ts";
import { drive, ended, type Ending } from "../engine/drive.ts";
import { turn } from "../engine/bell.ts";
import { Execution } from "../engine/execution.ts";
import { History } from "../engine/history.ts";
import { Lease } from "../engine/lease.ts";
import { inputOf } from "../engine/ops/child.ts";
import { finish } from "../engine/release.ts";
import { DEFAULT_SETTINGS } from "../engine/settings.ts";
import type { Workflow } from "../engine/workflow.ts";
import type { Outcome } from "../store/finish-run.ts";
import type { Meta } from "../store/meta.ts";
import type { Store } from "../store/store.ts";
import { claimedAnew, recordsOf } from "./parse-history.ts";
import { seededIds } from "./seeded-ids.ts";
import { silentLog } from "./logs.ts";
import { VirtualClock } from "./virtual-clock.ts";
import { where } from "./where.ts";

/** How code came to an end that was given a recorded history. */
export type CodeEnd =
  | {
      readonly status: Outcome["status"];
      readonly value: unknown;
      readonly failedOperation: string | undefined;
    }
  | { readonly status: "continued" };

/** What came of giving code a recorded history. */
export interface Rehearsed {
  readonly execution: Execution;
  /** Where the code and the history do not agree. */
  readonly mismatch: unknown;
  /** Undefined when the code goes on after all that is recorded, or waits. */
  readonly end: CodeEnd | undefined;
}

/** Nothing in a replay is to end because time is over: there is no invocation. */
const FOR_EVER_MS = 1e12;

/**
 * Calls the function of a workflow and gives it what is recorded, by the engine's own replay, up to the
 * first thing that is not: no body is run, and there is nothing that could be written to.
 * @param isWhole whether the run has come to its end by its code
 */
export async function rehearse(
  workflow: Workflow,
  recorded: RecordedHistory,
  isWhole: boolean,
): Promise<Rehearsed> {
  const { exportedAt, finishedAt = exportedAt } = recorded.run;
  // Whether a timer has fired is told by the time. One that ends after a run was ended from outside has not.
  const clock = new VirtualClock(isWhole ? exportedAt : finishedAt);
  const meta = claimedAnew(recorded, DEFAULT_SETTINGS.leaseMs);
  const stage = new Stage(meta);
  const deps: EngineDependencies = {
    clock,
    where,
    log: silentLog,
    ids: seededIds(1),
    workflows: new Map([[workflow.name, workflow]]),
    settings: DEFAULT_SETTINGS,
    hints: { send: nothing, hide: nothing, hideAll: nothing, delete: nothing },
    store: stage.store,
  };
  const { id, incarnation, generation, epoch, owner = "" } = meta;
  const monotonicUntil = clock.monotonic() + FOR_EVER_MS;
  const me = { id, incarnation, generation, epoch, owner };
  const execution = new Execution(deps, {
    meta,
    lease: new Lease(deps, me, clock.now() + FOR_EVER_MS, monotonicUntil),
    history: new History(recordsOf(recorded)),
    invocation: { startedAt: clock.now(), deadlineAt: clock.now() + FOR_EVER_MS },
    longestBodyMs: 0,
    placesTaken: 0,
    isTakeover: false,
    countsKills: false,
  });
  begin(execution, workflow, await inputOf(execution));
  const ending = await untilOver(clock, drive(execution, isWhole ? afterWhole : afterHistory));
  if (ending.kind === "block") {
    execution.close("over");
    return { execution, mismatch: ending.error, end: undefined };
  }
  if (ending.kind === "returned" && execution.returned) {
    await untilOver(clock, finish(execution, workflow, execution.returned));
  }
  execution.close("over");
  return {
    execution,
    mismatch: stage.blocked && decodeValue(stage.blocked),
    end: ending.kind === "continue" ? { status: "continued" } : stage.end,
  };
}

/** What comes after all that is recorded: the code ends, or waits for more, of which there is nothing. */
async function afterHistory(execution: Execution): Promise<Ending | undefined> {
  const { bell, deps, pending } = execution;
  const end = ended(execution);
  if (end) return end;
  const isWaiting = pending.size > 0 || !(await bell.wait(deps.settings.idlePatienceMs));
  return isWaiting ? { kind: "quiet" } : undefined;
}

/**
 * The same when the run has finished. If its code is from before a patch, it has to be told so to come
 * to its end; asked that late, because a run may also have ended before it was answered.
 */
async function afterWhole(execution: Execution): Promise<Ending | undefined> {
  const patch = [...execution.pending.values()].find(({ kind }) => kind === "patch");
  if (ended(execution) || !patch) return afterHistory(execution);
  const { bell, deps } = execution;
  if (await bell.wait(deps.settings.idlePatienceMs)) return undefined;
  const at = deps.clock.now();
  execution.give({ key: patch.key, at, isNew: false, outcome: { ok: true, value: false } });
  return undefined;
}

/** Turns and real time without anything happening after which replay waits in vain. */
const IDLE_TURNS = 200;
const IDLE_MS = 50;

/** Lets time pass for what waits, and only then. */
async function untilOver<T>(clock: VirtualClock, work: Promise<T>): Promise<T> {
  const state = { isOver: false };
  const end = () => void (state.isOver = true);
  work.then(end, end);
  let turns = 0;
  let since = performance.now();
  while (!state.isOver) {
    await turn();
    turns += 1;
    if (clock.next === undefined) {
      turns = 0;
      since = performance.now();
    } else if (turns > IDLE_TURNS && performance.now() - since > IDLE_MS) {
      clock.fireNext();
    }
  }
  return work;
}

const nothing = async (): Promise<void> => undefined;

/** A store in which a run can do nothing but end. */
class Stage {
  readonly store: Store;
  /** Why the run would be blocked. */
  blocked: Encoded | undefined;
  end: CodeEnd | undefined;

  constructor(meta: Meta) {
    const done = async () => ({ outcome: "done" as const, meta });
    const known: Partial<Store> = {
      until: () => this.store,
      values: {
        keep: async (value) => value,
        keepInParts: async () => {
          throw new Error("a rehearsed run has no messages to set aside");
        },
        fetch: async (value) => value as Encoded,
      },
      // Children that the code does not wait for any more are asked to end; that was done long ago.
      readRuns: async () => new Map(),
      readRun: async () => meta,
      putCancelled: async () => ({ created: true, meta }),
      writeOperation: async (_, { key, told }) => {
        if (!told) throw new Error(`a replay records nothing, and was to record "${key}"`);
        return { done: true };
      },
      blockRun: async (_, __, { error }) => {
        this.blocked = error as Encoded;
        return done();
      },
      finishRun: async (_, __, outcome) => {
        this.end = {
          status: outcome.status,
          value: decodeValue(
            (outcome.status === "succeeded" ? outcome.output : outcome.error) as Encoded,
          ),
          failedOperation: outcome.status === "failed" ? outcome.failedOperation : undefined,
        };
        return done();
      },
    };
    this.store = new Proxy(known as Store, {
      get: (target, name) =>
        Reflect.get(target, name) ??
        (() => Promise.reject(new Error(`a replay does not do this: ${String(name)}`))),
    });
  }
}
