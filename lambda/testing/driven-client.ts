import { type RunHandle, WAIT_OPTIONS } from "../client/run-handle.ts";
import type { Savepoint } from "../client/savepoint.ts";
import { decodeValue } from "../core/codec.ts";
import { parseDuration } from "../core/duration.ts";
import { WaitTimeoutError } from "../core/errors.ts";
import { assertOptions } from "../core/known-options.ts";
import { isFinished } from "../core/status.ts";
import type { Meta } from "../store/meta.ts";
import { blockedChild, blockedChildError } from "./blocked-child.ts";
import { StuckError } from "./passage.ts";
import type { World } from "./world.ts";

/** The client of a world whose calls let time pass until they are answered. */
export function drivenClient(world: World): Savepoint {
  const { savepoint } = world;
  return {
    start: async (workflow, input, options) =>
      drivenRun(world, await world.until(savepoint.start(workflow, input, options))),
    get: <Output>(id: string) => drivenRun(world, savepoint.get<Output>(id)),
    completeToken: (token, value, options) =>
      world.until(savepoint.completeToken(token, value, options)),
    list: (options) => world.until(savepoint.list(options)),
    bulk: (action, filter, options) => world.until(savepoint.bulk(action, filter, options)),
  };
}

function drivenRun<Output>(world: World, run: RunHandle<Output>): RunHandle<Output> {
  // Everything but the id is a function that gives a promise.
  const driven = Object.fromEntries(
    Object.entries(run).map(([name, one]: [string, unknown]) =>
      typeof one === "function"
        ? [name, (...given: unknown[]) => world.until(one(...given) as Promise<unknown>)]
        : [name, one],
    ),
  ) as unknown as RunHandle<Output>;
  return {
    ...driven,
    async result(options = {}) {
      assertOptions("result", options, WAIT_OPTIONS);
      const { timeout, signal } = options;
      const limitMs = timeout === undefined ? undefined : parseDuration(timeout);
      const meta = await ended(world, run, limitMs, signal, async (waiting) => {
        const child = await blockedChild(world, waiting);
        if (child) throw await blockedChildError(world, waiting, child);
      });
      if (!meta || isFinished(meta.status)) return driven.result();
      const { status, error } = meta;
      // No other code is ever deployed here.
      if (status === "blocked" && error !== undefined) {
        throw decodeValue(await world.until(world.store.values.fetch(error)));
      }
      throw new WaitTimeoutError(`run "${run.id}" is still ${status} after ${limitMs} ms`, {
        details: { status },
      });
    },
    async wait(options) {
      assertOptions("wait", options, WAIT_OPTIONS);
      const { timeout, signal } = options;
      await ended(world, run, parseDuration(timeout), signal);
      return driven.describe();
    },
    fork: async (options) => drivenRun(world, await world.until(run.fork(options))),
  };
}

/** Says of a run that does not end what it is at. */
async function unending(world: World, run: RunHandle): Promise<Error> {
  const status = await world.until(run.status());
  const open = (await world.until(run.history()))
    .filter(({ order }) => order === undefined)
    .map(({ kind, key }) => `${kind} "${key}"`);
  return new Error(
    `run "${run.id}" does not end within the engine's limit of virtual time: it is ${status}, at ${open.join(", ") || "nothing that is recorded"}; have the test do what it waits for, or raise the limit`,
  );
}

/**
 * Lets time pass until a run has finished or is blocked, or the limit is over; undefined when there is none.
 * Nothing is looked at unless something was written: time is skipped as far as it can be.
 * @param assertGoesOn throws when what a waiting run waits for does not come
 * @throws Error when the run does not end; what `assertGoesOn` throws
 */
async function ended(
  world: World,
  run: RunHandle,
  limitMs: number | undefined,
  signal: AbortSignal | undefined,
  assertGoesOn?: (waiting: Meta) => Promise<void>,
): Promise<Meta | undefined> {
  const { id } = run;
  let isOver = false;
  const cancel =
    limitMs === undefined
      ? undefined
      : world.clock.after(limitMs, () => {
          isOver = true;
          world.changes.ring();
        });
  const watch = async (): Promise<Meta | undefined> => {
    for (;;) {
      const change = world.changes.next();
      const meta = await world.store.readRun(id);
      signal?.throwIfAborted();
      if (!meta || isFinished(meta.status) || meta.status === "blocked" || isOver) return meta;
      if (meta.status === "waiting") await assertGoesOn?.(meta);
      await change;
    }
  };
  try {
    return await world.until(watch(), limitMs === undefined ? undefined : limitMs + 1);
  } catch (error) {
    throw error instanceof StuckError ? await unending(world, run) : error;
  } finally {
    cancel?.();
  }
}
