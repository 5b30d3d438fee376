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
import { openRuntimeApi, type RuntimeError } from "./runtime-api.ts";
import { createTaskSlot, type Task } from "./task-slot.ts";

/** One process of a function, which handles one event at a time. */
export interface Sandbox {
  readonly pid: number;
  /** Milliseconds from the start of the process to its first question for an event. */
  readonly initMs: number | undefined;
  /** False once the process has ended or is about to. */
  readonly isAlive: boolean;
  /** Handles an event; never rejects. */
  run(requestId: string, payload: string): Promise<InvocationResult>;
  /** Kills the process as the kernel does: SIGKILL. */
  kill(): void;
  /** Resolves once the process has ended. */
  readonly ended: Promise<void>;
}

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

/** Starts a process for a function; its code loads while the first event waits. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { name, definition, clock, log, freeze, logStream } = options;
  const { timeoutMs } = definition;
  const startedAt = clock.monotonic();
  const slot = createTaskSlot(clock);
  let isWaiting = false;
  let isAlive = true;
  let initMs: number | undefined;

  const api = await openRuntimeApi({
    ready() {
      initMs ??= clock.monotonic() - startedAt;
      cancelInitTimeout();
      isWaiting = true;
      if (slot.task) deliver(slot.task);
      else if (freeze) child.kill("SIGSTOP");
    },
    responded: (requestId, payload) => slot.settle(requestId, { ok: true, payload }),
    failed: (requestId, error) => slot.settle(requestId, failure(error)),
    initFailed: (error) => slot.fail(error.errorType, error.errorMessage),
  });
  const child = spawnRuntime(
    definition,
    functionEnvironment(name, definition, api.address, logStream),
  );
  for (const stream of ["stdout", "stderr"] as const) {
    readLines(child[stream], (line) =>
      logLine(log, line, { function: name, requestId: slot.lastRequestId, stream }),
    );
  }
  const cancelInitTimeout = clock.after(INIT_TIMEOUT_MS, () =>
    end("Sandbox.Timedout", `Init phase timed out after ${INIT_TIMEOUT_MS / 1000} seconds`),
  );
  const ended = endOf(child).then((reason) => {
    cancelInitTimeout();
    api.close();
    end("Runtime.ExitError", reason);
  });

  function end(errorType: string, reason: string): void {
    isAlive = false;
    child.kill("SIGKILL");
    slot.fail(errorType, reason);
  }

  function deliver({ requestId, payload }: Task): void {
    isWaiting = false;
    if (freeze) child.kill("SIGCONT");
    slot.limit(timeoutMs, () =>
      end("Sandbox.Timedout", `Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`),
    );
    const deadline = clock.now() + timeoutMs;
    api.give({ requestId, payload, deadline, functionArn: functionArn(name) });
  }

  return {
    pid: child.pid ?? 0,
    get initMs() {
      return initMs;
    },
    get isAlive() {
      return isAlive;
    },
    run(requestId, payload) {
      const task = { requestId, payload };
      const result = slot.take(task);
      if (!isAlive) slot.fail("Runtime.ExitError", "the process has ended");
      else if (isWaiting) deliver(task);
      return result;
    },
    kill() {
      isAlive = false;
      child.kill("SIGKILL");
    },
    ended,
  };
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
