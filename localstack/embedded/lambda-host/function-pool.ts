import type { Clock } from "../../../lambda/core/clock.ts";
import type { Log } from "../../../lambda/core/log.ts";
import type { FunctionDefinition } from "./function-environment.ts";
import type { InvocationResult } from "./invocation.ts";
import { type Sandbox, startSandbox } from "./sandbox.ts";

/** The processes of one function. */
export interface FunctionPool {
  /** Handles an event in a process that is free, else in a new one, else when one becomes free. */
  invoke(payload: string): Promise<InvocationResult>;
  /** The processes that handle an event at present. */
  readonly busy: ReadonlySet<Sandbox>;
  /** Kills all processes; resolves once they have ended. */
  stop(): Promise<void>;
}

/** What a pool is made with. */
export interface PoolOptions {
  readonly name: string;
  readonly definition: FunctionDefinition;
  readonly clock: Clock;
  readonly log: Log;
  readonly newId: () => string;
  readonly freeze: boolean;
  /** Milliseconds after which a process that has nothing to do is ended. */
  readonly idleMs: number;
}

const STOPPED: InvocationResult = {
  ok: false,
  errorType: "Sandbox.Stopped",
  message: "The Lambda host has been stopped.",
};

/** Makes a pool without processes. */
export function createPool(options: PoolOptions): FunctionPool {
  const { name, definition, clock, log, newId, freeze, idleMs } = options;
  /** Free processes and how to call off their end; the last one used is the next one taken. */
  const idle = new Map<Sandbox, () => void>();
  const busy = new Set<Sandbox>();
  const sandboxes = new Set<Promise<Sandbox>>();
  const waiting: (() => void)[] = [];
  let taken = 0;
  let isStopped = false;

  /** Waits for the right to use one of `maxProcesses` processes. */
  async function acquire(): Promise<void> {
    if (taken >= definition.maxProcesses) await new Promise<void>((go) => waiting.push(go));
    else taken++;
  }

  function release(): void {
    const next = waiting.shift();
    if (next) next();
    else taken--;
  }

  function takeIdle(): Sandbox | undefined {
    for (const sandbox of [...idle.keys()].toReversed()) {
      idle.get(sandbox)?.();
      idle.delete(sandbox);
      if (sandbox.isAlive) return sandbox;
    }
    return undefined;
  }

  function putBack(sandbox: Sandbox): void {
    busy.delete(sandbox);
    if (sandbox.isAlive)
      idle.set(
        sandbox,
        clock.after(idleMs, () => reap(sandbox)),
      );
  }

  function reap(sandbox: Sandbox): void {
    idle.delete(sandbox);
    sandbox.kill();
  }

  async function start(): Promise<Sandbox> {
    const logStream = newId();
    const starting = startSandbox({ name, definition, clock, log, freeze, logStream });
    sandboxes.add(starting);
    const sandbox = await starting;
    void sandbox.ended.then(() => {
      sandboxes.delete(starting);
      idle.get(sandbox)?.();
      idle.delete(sandbox);
    });
    return sandbox;
  }

  async function handle(payload: string): Promise<InvocationResult> {
    const warm = takeIdle();
    const sandbox = warm ?? (await start());
    const requestId = newId();
    const startedAt = clock.monotonic();
    busy.add(sandbox);
    const result = await sandbox.run(requestId, payload);
    putBack(sandbox);
    const fields = { function: name, requestId, pid: sandbox.pid };
    const times = {
      durationMs: clock.monotonic() - startedAt,
      ...(!warm && { initMs: sandbox.initMs }),
    };
    if (result.ok) log.debug("invocation ended", { ...fields, ...times });
    else log.error(result.message, { ...fields, ...times, errorType: result.errorType });
    return result;
  }

  return {
    async invoke(payload) {
      await acquire();
      try {
        return isStopped ? STOPPED : await handle(payload);
      } finally {
        release();
      }
    },
    busy,
    async stop() {
      isStopped = true;
      for (const cancel of idle.values()) cancel();
      await Promise.all(
        [...sandboxes].map(async (starting) => {
          const sandbox = await starting;
          sandbox.kill();
          await sandbox.ended;
        }),
      );
    },
  };
}
