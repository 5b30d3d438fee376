import { randomUUID } from "node:crypto";
import { type Clock, systemClock } from "../../../lambda/core/clock.ts";
import type { Log } from "../../../lambda/core/log.ts";
import type { FunctionDefinition } from "./function-environment.ts";
import { FunctionPool } from "./function-pool.ts";
import type { Invoke } from "./invocation.ts";

/** What a Lambda host is made with. */
export interface HostOptions {
  /** The functions by name. */
  readonly functions: Readonly<Record<string, FunctionDefinition>>;
  /** Gets what the functions print, each failure, and at level debug each invocation. */
  readonly log: Log;
  readonly clock?: Clock;
  /** Fresh request ids; random UUIDs by default. */
  readonly newId?: () => string;
  /**
   * Stops a process between two events, as Lambda freezes it. Off by default: a supervisor that is
   * killed leaves stopped processes behind, which cannot notice it.
   */
  readonly freeze?: boolean;
  /** Milliseconds after which a process that has nothing to do is ended; 5 minutes by default. */
  readonly idleMs?: number;
}

/** Functions in processes of their own. */
export interface LambdaHost {
  readonly invoke: Invoke;
  /** Number of invocations in progress, of one function or of all. */
  busy(functionName?: string): number;
  /** Sends SIGKILL to every process of the function that handles an event; returns their pids. */
  killBusy(functionName: string): readonly number[];
  /** Gives functions other code or variables; events that are being handled end as they began. */
  update(functions: Readonly<Record<string, FunctionDefinition>>): void;
  /** Kills all processes; resolves once they have ended. */
  stop(): Promise<void>;
}

const IDLE_MS = 300_000;

/** Makes a host; processes start when they are needed. */
export function createLambdaHost(options: HostOptions): LambdaHost {
  const {
    log,
    clock = systemClock,
    newId = randomUUID,
    freeze = false,
    idleMs = IDLE_MS,
  } = options;
  const pools = new Map(
    Object.entries(options.functions).map(([name, definition]): [string, FunctionPool] => [
      name,
      new FunctionPool({ name, definition, clock, log, newId, freeze, idleMs }),
    ]),
  );

  return {
    async invoke(functionName, event) {
      const pool = pools.get(functionName);
      if (pool) return pool.invoke(JSON.stringify(event));
      return {
        ok: false,
        errorType: "ResourceNotFoundException",
        message: `There is no function ${functionName}, only ${[...pools.keys()].join(", ")}.`,
      };
    },
    busy(functionName) {
      const chosen = functionName === undefined ? [...pools.values()] : [pools.get(functionName)];
      return chosen.reduce((sum, pool) => sum + (pool?.busy.size ?? 0), 0);
    },
    killBusy(functionName) {
      const busy = [...(pools.get(functionName)?.busy ?? [])];
      for (const sandbox of busy) void sandbox.kill();
      return busy.map(({ pid }) => pid);
    },
    update(functions) {
      for (const [name, definition] of Object.entries(functions)) {
        pools.get(name)?.replace(definition);
      }
    },
    stop: async () => {
      await Promise.all([...pools.values()].map((pool) => pool.stop()));
    },
  };
}
