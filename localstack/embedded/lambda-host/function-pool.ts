import type { Clock } from "../../../lambda/core/clock.ts";
import type { Log } from "../../../lambda/core/log.ts";
import type { FunctionDefinition } from "./function-environment.ts";
import type { InvocationResult } from "./invocation.ts";
import { Sandbox } from "./sandbox.ts";

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

/** The processes of one function. */
export class FunctionPool {
  readonly #options: PoolOptions;
  #definition: FunctionDefinition;
  /** Free processes and how to call off their end; the last one used is the next one taken. */
  readonly #idle = new Map<Sandbox, () => void>();
  readonly #busy = new Set<Sandbox>();
  readonly #all = new Set<Promise<Sandbox>>();
  readonly #waiting: (() => void)[] = [];
  #taken = 0;
  #isStopped = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#definition = options.definition;
  }

  /** The processes that handle an event at present. */
  get busy(): ReadonlySet<Sandbox> {
    return this.#busy;
  }

  /** Handles an event in a process that is free, else in a new one, else when one becomes free. */
  async invoke(payload: string): Promise<InvocationResult> {
    await this.#acquire();
    try {
      return await this.#handle(payload);
    } finally {
      this.#release();
    }
  }

  /**
   * Has further events handled by other code, as when a function is deployed anew. Events that are being
   * handled end as they began.
   */
  replace(definition: FunctionDefinition): void {
    this.#definition = definition;
    for (const [sandbox, cancelEnd] of this.#idle) {
      cancelEnd();
      this.#end(sandbox);
    }
  }

  /** Kills all processes; resolves once they have ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const cancel of this.#idle.values()) cancel();
    await Promise.all([...this.#all].map(async (starting) => (await starting).kill()));
  }

  async #handle(payload: string): Promise<InvocationResult> {
    if (this.#isStopped) return STOPPED;
    const { name, log, newId, clock } = this.#options;
    const requestId = newId();
    const startedAt = clock.monotonic();
    const warm = this.#takeIdle();
    const sandbox = warm ?? (await this.#start());
    this.#busy.add(sandbox);
    const result = await sandbox.run({ requestId, payload });
    this.#putBack(sandbox);
    // It was about to end after its last event, as after an error that nobody caught.
    if (warm && !result.ok && !warm.hasTaken(requestId)) return this.#handle(payload);
    const fields = {
      function: name,
      requestId,
      pid: sandbox.pid,
      durationMs: clock.monotonic() - startedAt,
      ...(!warm && { initMs: sandbox.initMs }),
    };
    if (result.ok) log.debug("invocation ended", fields);
    else log.error(result.message, { ...fields, errorType: result.errorType });
    return result;
  }

  /** Waits for the right to use one of `maxProcesses` processes. */
  async #acquire(): Promise<void> {
    if (this.#taken < this.#definition.maxProcesses) this.#taken++;
    else await new Promise<void>((go) => this.#waiting.push(go));
  }

  #release(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#taken--;
  }

  #takeIdle(): Sandbox | undefined {
    for (const [sandbox, cancelEnd] of [...this.#idle].toReversed()) {
      cancelEnd();
      this.#idle.delete(sandbox);
      if (sandbox.isAlive) return sandbox;
    }
    return undefined;
  }

  #putBack(sandbox: Sandbox): void {
    const { clock, idleMs } = this.#options;
    this.#busy.delete(sandbox);
    if (!sandbox.isAlive) return;
    if (sandbox.definition !== this.#definition) return this.#end(sandbox);
    this.#idle.set(
      sandbox,
      clock.after(idleMs, () => this.#end(sandbox)),
    );
  }

  #end(sandbox: Sandbox): void {
    this.#idle.delete(sandbox);
    void sandbox.kill();
  }

  async #start(): Promise<Sandbox> {
    const starting = Sandbox.start({
      ...this.#options,
      definition: this.#definition,
      logStream: this.#options.newId(),
    });
    this.#all.add(starting);
    const sandbox = await starting;
    void sandbox.ended.then(() => {
      this.#all.delete(starting);
      this.#idle.get(sandbox)?.();
      this.#idle.delete(sandbox);
    });
    return sandbox;
  }
}
