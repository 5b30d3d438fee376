/**
 * The process of an embedded stack: `main.ts --directory <folder> [--idle-exit-seconds <n>]
 * [--public-tokens] [--port <n>] [--config <file>] [--variables <file>]`.
 * Logs JSON lines to `stack.log` in the folder; ends on SIGTERM, SIGINT and `POST /__savepoint/stop`.
 */
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { stop as stopBundler } from "esbuild";
import { systemClock } from "../../lambda/core/clock.ts";
import { ENV } from "../../lambda/core/environment.ts";
import type { Log } from "../../lambda/core/log.ts";
import { readEnvFile } from "./env-file.ts";
import { openFileLog } from "./file-log.ts";
import { watchIdle } from "./idle-exit.ts";
import { startSampleViewer } from "./sample-viewer.ts";
import { type Companion, type Stack, startStack } from "./stack.ts";
import { readStackFile } from "./stack-file.ts";
import { StackRunningError } from "./stack-lock.ts";

/** Between two looks at whether another stack is up or gone, milliseconds. */
const LOOK_MS = 50;
/** Longest wait for another stack to come up or to go, milliseconds. */
const PATIENCE_MS = 30_000;

/** What a stack is started with. */
interface Arguments {
  readonly directory: string;
  readonly idleExitMs: number;
  readonly publicTokens: boolean;
  /** Port of the API; undefined for that of the last start, or any. */
  readonly port: number | undefined;
  /** Absolute path of the configuration to run; undefined for the research app. */
  readonly config: string | undefined;
  /** Absolute path of the file with the variables for its workflows. */
  readonly envFile: string | undefined;
}

function argumentsOf(argv: readonly string[]): Arguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      directory: { type: "string", default: ".savepoint" },
      "idle-exit-seconds": { type: "string", default: "Infinity" },
      "public-tokens": { type: "boolean", default: false },
      port: { type: "string" },
      config: { type: "string" },
      // Not `--env-file`: Node would take that one for its own.
      variables: { type: "string" },
    },
  });
  const seconds = Number(values["idle-exit-seconds"]);
  if (!(seconds > 0)) {
    throw new Error(
      `--idle-exit-seconds is "${values["idle-exit-seconds"]}"; give a number of seconds above 0`,
    );
  }
  return {
    directory: resolve(values.directory),
    idleExitMs: seconds * 1000,
    publicTokens: values["public-tokens"],
    port: values.port === undefined ? undefined : Number(values.port),
    config: values.config === undefined ? undefined : resolve(values.config),
    envFile: values.variables === undefined ? undefined : resolve(values.variables),
  };
}

/**
 * The sample corpus with its viewer, and what the functions need of this process's environment.
 * @param variables what the workflows are given beside that
 */
async function openCompanion(
  { directory, envFile }: Arguments,
  variables: Readonly<Record<string, string>>,
): Promise<Companion> {
  const { startHnSimulator } = await import("../hn/server.ts");
  const simulator = await startSampleViewer(directory, startHnSimulator);
  const { url, viewerUrl } = simulator;
  const passed = passedOn(process.env);
  return {
    environment: { ...passed, [ENV.sampleHnUrl]: url },
    info: {
      sampleHnUrl: url,
      viewerUrl,
      openai: ENV.openaiKey in { ...variables, ...passed },
      envFile,
    },
    close: () => simulator.close(),
  };
}

function passedOn(environment: NodeJS.ProcessEnv): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    const isWanted = name.startsWith("OPENAI_") || name === ENV.hnUrl;
    if (isWanted && value !== undefined) passed[name] = value;
  }
  return passed;
}

const pause = (ms: number) => new Promise<void>((go) => void systemClock.after(ms, go));

/** Starts the stack; undefined when another process has just done so. */
async function startOrYield(given: Arguments, log: Log): Promise<Stack | undefined> {
  const { directory, publicTokens, port, config, envFile } = given;
  const variables = envFile === undefined ? {} : readEnvFile(envFile);
  const end = systemClock.monotonic() + PATIENCE_MS;
  for (;;) {
    try {
      const companion = () => openCompanion(given, variables);
      return await startStack({
        directory,
        publicTokens,
        log,
        companion,
        variables,
        ...(port !== undefined && { port }),
        ...(config !== undefined && { config }),
      });
    } catch (error) {
      if (!(error instanceof StackRunningError) || systemClock.monotonic() > end) throw error;
      if (readStackFile(directory)?.pid === error.pid) return undefined;
      // It is coming up, or going down and the next try succeeds.
      await pause(LOOK_MS);
    }
  }
}

async function run(given: Arguments, log: Log): Promise<void> {
  const { idleExitMs } = given;
  const stack = await startOrYield(given, log);
  if (!stack) return log.info("another process runs the stack of this folder");
  log.info("the stack is up", { api: stack.api, startMs: Math.round(performance.now()) });
  await stopBundler();
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      log.info("stopping", { reason: signal });
      void stack.stop();
    });
  }
  const stopLooking = watchIdle(systemClock, stack.isBusy, idleExitMs, () => {
    log.info("stopping", { reason: `nobody used it for ${idleExitMs / 1000} s` });
    void stack.stop();
  });
  await stack.stopped;
  stopLooking();
  log.info("stopped");
}

const given = argumentsOf(process.argv.slice(2));
const { directory } = given;
mkdirSync(directory, { recursive: true, mode: 0o700 });
const { log, close } = openFileLog(join(directory, "stack.log"), () => systemClock.now());
try {
  await run(given, log);
} catch (error) {
  log.error("the stack has failed", { error });
  process.exitCode = 1;
}
close();
