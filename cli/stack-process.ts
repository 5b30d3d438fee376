import { spawn } from "node:child_process";
import { mkdirSync, openSync, closeSync } from "node:fs";
import { join } from "node:path";
import { MODULE_EXTENSION, moduleFile } from "../localstack/embedded/module-file.ts";

/** How to start a stack. */
export interface StackOptions {
  /** Its folder, absolute; made when missing. */
  readonly directory: string;
  /** Environment of its process. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends by itself after so long without a call and without a run at work, seconds. Default: never. */
  readonly idleExitSeconds?: number;
  /** Whether callback tokens are completed without the stack's own token. Default: they are not. */
  readonly publicTokens?: boolean;
  /** Port of its API. Default: that of its last start, or any free one. */
  readonly port?: number;
  /** Absolute path of the configuration whose workflows it runs. Default: the research app's. */
  readonly config?: string;
  /** Absolute path of a file with variables for its workflows. Default: none. */
  readonly envFile?: string;
}

/** The process of a stack that was started. */
export interface StackProcess {
  readonly pid: number | undefined;
  /** How it ended, in words; undefined while it runs. */
  ending(): string | undefined;
  /** Asks it to end in good order. */
  stop(): void;
}

/** Files of a stack's folder that others read. */
export const stackFiles = (
  directory: string,
): { readonly address: string; readonly log: string } => ({
  address: join(directory, "stack.json"),
  log: join(directory, "stack.log"),
});

/** What Node needs to run a module of ours: the package is compiled, the repository is not. */
const LOADER = MODULE_EXTENSION === ".ts" ? ["--import", import.meta.resolve("tsx")] : [];

/** Starts a stack as a process of its own, which outlives this one and gets no Ctrl-C of its terminal. */
export function launchStack(options: StackOptions): StackProcess {
  const { directory, env, idleExitSeconds, publicTokens = false, port, config, envFile } = options;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const log = openSync(stackFiles(directory).log, "a", 0o600);
  const main = moduleFile("../localstack/embedded/main", import.meta.url);
  const idleExit =
    idleExitSeconds === undefined ? [] : ["--idle-exit-seconds", String(idleExitSeconds)];
  const choices = [
    ...idleExit,
    ...(publicTokens ? ["--public-tokens"] : []),
    ...(port === undefined ? [] : ["--port", String(port)]),
    ...(config === undefined ? [] : ["--config", config]),
    ...(envFile === undefined ? [] : ["--variables", envFile]),
  ];
  const child = spawn(process.execPath, [...LOADER, main, "--directory", directory, ...choices], {
    detached: true,
    stdio: ["ignore", log, log],
    env,
  });
  closeSync(log);
  child.unref();
  let ending: string | undefined;
  child.once("error", ({ message }) => (ending = message));
  child.once("exit", (code, signal) => (ending = signal ?? `exit code ${code}`));
  return {
    pid: child.pid,
    ending: () => ending,
    stop: () => void child.kill("SIGTERM"),
  };
}
