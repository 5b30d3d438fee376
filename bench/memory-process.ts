import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { StackAddress } from "./stack-process.ts";

/** Bytes of a process at one moment, nothing of them garbage. */
export interface MemoryAt {
  readonly heap: number;
  readonly rss: number;
}

/** What the process is asked to do. */
export interface ToMemory {
  readonly address: StackAddress;
  readonly parkedRuns: number;
  readonly liveRuns: number;
}

/** What it has found: warm and idle, after the parked runs, with the live ones, and once those have finished. */
export interface FromMemory {
  readonly idle: MemoryAt;
  readonly parked: MemoryAt;
  readonly live: MemoryAt;
  readonly finished: MemoryAt;
}

/** Measures in a process of its own. Rejects when it ends first; its standard error says why. */
export async function memoryOf(request: ToMemory): Promise<FromMemory> {
  const child = fork(fileURLToPath(new URL("memory-main.ts", import.meta.url)), {
    execArgv: ["--expose-gc", "--import", import.meta.resolve("tsx")],
  });
  const over = new AbortController();
  const ended = once(child, "exit", { signal: over.signal }).then(([code, signal]) => {
    throw new Error(`the process whose memory is measured ended (${String(signal ?? code)})`);
  });
  ended.catch(() => undefined);
  try {
    child.send(request);
    const [found] = (await Promise.race([once(child, "message"), ended])) as [FromMemory];
    return found;
  } finally {
    over.abort();
    if (child.connected) child.disconnect();
  }
}
