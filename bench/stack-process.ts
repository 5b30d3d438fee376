import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { EMPTY_SERVER_URL } from "./bare-put.ts";
import type { Usage } from "./usage.ts";

/** Where a stack that has come up is. */
export interface StackAddress {
  readonly awsEndpoint: string;
  readonly queueUrl: string;
  readonly token: string;
}

/** What the process of a stack says. */
export type FromStack =
  | { readonly kind: "up"; readonly address: StackAddress }
  | { readonly kind: "usage"; readonly usage: Usage };

/** A stack in a process of its own. */
export interface StackProcess {
  readonly address: StackAddress;
  /** Milliseconds from the start of the process until it was up. */
  readonly startMs: number;
  /** What has been asked of DynamoDB and SQS since this was last asked. */
  usage(): Promise<Usage>;
  /** SIGKILL; resolves when the process has ended. */
  kill(): Promise<void>;
  /** Ends it in good order. */
  stop(): Promise<void>;
}

/** A message of one kind. Rejects when the process ends first. */
async function heard<K extends FromStack["kind"]>(
  child: ChildProcess,
  kind: K,
): Promise<Extract<FromStack, { kind: K }>> {
  const over = new AbortController();
  const ended = once(child, "exit", { signal: over.signal }).then(([code, signal]) => {
    throw new Error(
      `the stack's process ended (${String(signal ?? code)}); see stack.log in its folder`,
    );
  });
  ended.catch(() => undefined);
  try {
    for (;;) {
      const [message] = (await Promise.race([once(child, "message"), ended])) as [FromStack];
      if (message.kind === kind) return message as Extract<FromStack, { kind: K }>;
    }
  } finally {
    over.abort();
  }
}

/**
 * Starts a stack with the benchmark's worker, as `savepoint` starts the product's.
 * @param directory its folder; what it keeps outlives it
 * @param emptyServer URL of the server that answers `{}`
 */
export async function startStackProcess(
  directory: string,
  emptyServer: string,
): Promise<StackProcess> {
  const startedAt = performance.now();
  const child = fork(fileURLToPath(new URL("stack-main.ts", import.meta.url)), [directory], {
    execArgv: ["--import", import.meta.resolve("tsx")],
    env: { ...process.env, [EMPTY_SERVER_URL]: emptyServer },
  });
  const ended = once(child, "exit");
  const { address } = await heard(child, "up");
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await ended;
  };
  return {
    address,
    startMs: performance.now() - startedAt,
    async usage() {
      child.send("usage");
      return (await heard(child, "usage")).usage;
    },
    kill: () => end("SIGKILL"),
    stop: () => end("SIGTERM"),
  };
}
