import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Clock } from "../../../lambda/core/clock.ts";
import type { Log } from "../../../lambda/core/log.ts";
import { logLine, readLines } from "./child-output.ts";
import {
  functionArn,
  type FunctionDefinition,
  functionEnvironment,
} from "./function-environment.ts";
import type { InvocationResult } from "./invocation.ts";
import { openRuntimeApi, type RuntimeApi, type RuntimeError } from "./runtime-api.ts";
import { createTaskSlot, type Task, type TaskSlot } from "./task-slot.ts";

/** What a sandbox is made with. */
export interface SandboxOptions {
  readonly name: string;
  readonly definition: FunctionDefinition;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether the process is stopped between events, as Lambda freezes it. */
  readonly freeze: boolean;
  /** Names the process in logs. */
  readonly logStream: string;
}

const BOOTSTRAP = fileURLToPath(new URL("bootstrap.js", import.meta.url));
/** Lambda's limit on loading a function's code (Lambda developer guide, "Init phase"). */
const INIT_TIMEOUT_MS = 10_000;
/** Share of a function's memory that Node's heap may take. */
const HEAP_SHARE = 0.9;

/** One process of a function, which handles one event at a time. */
export class Sandbox {
  readonly pid: number;
  /** Resolves once the process has ended. */
  readonly ended: Promise<void>;
  readonly #options: SandboxOptions;
  readonly #slot: TaskSlot;
  readonly #api: RuntimeApi;
  readonly #child: ReturnType<typeof spawnRuntime>;
  readonly #startedAt: number;
  readonly #cancelInitTimeout: () => void;
  #isWaiting = false;
  #isAlive = true;
  #lastTaken: string | undefined;
  #initMs: number | undefined;

  /** Starts a process; its code loads while the first event waits. */
  static async start(options: SandboxOptions): Promise<Sandbox> {
    return new Sandbox(options, await openRuntimeApi());
  }

  private constructor(options: SandboxOptions, api: RuntimeApi) {
    const { name, definition, clock, log, logStream } = options;
    const slot = createTaskSlot(clock);
    this.#options = options;
    this.#slot = slot;
    this.#api = api;
    this.#startedAt = clock.monotonic();
    api.listen({
      ready: () => this.#onReady(),
      responded: (requestId, payload) => slot.settle(requestId, { ok: true, payload }),
      failed: (requestId, error) => slot.settle(requestId, failure(error)),
      initFailed: (error) => slot.fail(error.errorType, error.errorMessage),
    });
    const environment = functionEnvironment(name, definition, api.address, logStream);
    this.#child = spawnRuntime(definition, environment);
    this.pid = this.#child.pid ?? 0;
    for (const stream of ["stdout", "stderr"] as const) {
      readLines(this.#child[stream], (line) =>
        logLine(log, line, { function: name, requestId: slot.lastRequestId, stream }),
      );
    }
    this.#cancelInitTimeout = clock.after(INIT_TIMEOUT_MS, () =>
      this.#end("Sandbox.Timedout", `Init phase timed out after ${INIT_TIMEOUT_MS / 1000} seconds`),
    );
    this.ended = endOf(this.#child).then((reason) => {
      this.#cancelInitTimeout();
      api.close();
      this.#end("Runtime.ExitError", reason);
    });
  }

  /** What its process was started with. */
  get definition(): FunctionDefinition {
    return this.#options.definition;
  }

  /** Milliseconds from the start of the process to its first question for an event. */
  get initMs(): number | undefined {
    return this.#initMs;
  }

  /** False once the process has ended or is about to. */
  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** Handles an event; never rejects. */
  run(task: Task): Promise<InvocationResult> {
    const result = this.#slot.take(task);
    if (!this.#isAlive) this.#slot.fail("Runtime.ExitError", "the process has ended");
    else if (this.#isWaiting) this.#deliver(task);
    return result;
  }

  /** Whether the process was given an event: one that ended before has had no part in it. */
  hasTaken(requestId: string): boolean {
    return this.#lastTaken === requestId;
  }

  /** Kills the process as the kernel does, by SIGKILL; resolves once it has ended. */
  kill(): Promise<void> {
    this.#isAlive = false;
    this.#child.kill("SIGKILL");
    return this.ended;
  }

  #onReady(): void {
    const { clock, freeze } = this.#options;
    this.#initMs ??= clock.monotonic() - this.#startedAt;
    this.#cancelInitTimeout();
    this.#isWaiting = true;
    if (this.#slot.task) this.#deliver(this.#slot.task);
    else if (freeze) this.#child.kill("SIGSTOP");
  }

  #deliver({ requestId, payload }: Task): void {
    const { name, clock, freeze, definition } = this.#options;
    const { timeoutMs } = definition;
    this.#isWaiting = false;
    this.#lastTaken = requestId;
    if (freeze) this.#child.kill("SIGCONT");
    this.#slot.limit(timeoutMs, () =>
      this.#end(
        "Sandbox.Timedout",
        `Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`,
      ),
    );
    const deadline = clock.now() + timeoutMs;
    this.#api.give({ requestId, payload, deadline, functionArn: functionArn(name) });
  }

  #end(errorType: string, reason: string): void {
    this.#isAlive = false;
    this.#child.kill("SIGKILL");
    this.#slot.fail(errorType, reason);
  }
}

/** Resolves with the reason once the process has ended. */
function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once("exit", (code, signal) => resolve(exitReason(code, signal)));
    child.once("error", (error) => resolve(`the process cannot be started: ${error.message}`));
  });
}

function spawnRuntime(definition: FunctionDefinition, env: Record<string, string>) {
  const heapMb = Math.floor(definition.memoryMb * HEAP_SHARE);
  return spawn(process.execPath, [`--max-old-space-size=${heapMb}`, BOOTSTRAP], {
    cwd: definition.directory,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Worded as Lambda words it. */
function exitReason(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal) return `Runtime exited with error: signal: ${signal}`;
  return code === 0
    ? "Runtime exited without providing a reason"
    : `Runtime exited with error: exit status ${code}`;
}

const failure = ({ errorType, errorMessage }: RuntimeError): InvocationResult => ({
  ok: false,
  errorType,
  message: errorMessage,
});
