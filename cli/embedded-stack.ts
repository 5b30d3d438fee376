import { readFile } from "node:fs/promises";
import * as z from "zod";
import { ApiError, ApiUnreachableError } from "../lambda/http/api-error.ts";
import type { Address } from "../lambda/http/exchange.ts";
import { pause } from "../lambda/http/pause.ts";
import { identify } from "../localstack/embedded/process-identity.ts";
import { CliError, Interruption } from "./cli-error.ts";
import type { Connection } from "./connection.ts";
import { assertEnvFile } from "./env-file.ts";
import type { Host } from "./host.ts";
import { type StackControl, stackControl, type StackInfo } from "./stack-control.ts";
import { type LogTail, logLineText, logTail } from "./stack-log.ts";
import { stackFiles, type StackOptions, type StackProcess } from "./stack-process.ts";

/** An embedded stack that answers. */
export interface Stack {
  readonly address: Address;
  readonly control: StackControl;
  readonly info: StackInfo;
}

const addressFile = z.looseObject({ pid: z.number(), api: z.url(), token: z.string() });

/**
 * The stack that keeps its data in a folder; undefined when none is running.
 * @throws CliError when the file that tells its address is damaged
 */
export async function findStack(
  directory: string,
  signal: AbortSignal,
): Promise<Stack | undefined> {
  const told = await readAddress(stackFiles(directory).address);
  // A stack that was killed leaves its address behind, and whoever has its port by now must not be sent its token.
  if (!told || !identify(told.pid)) return undefined;
  const address = { url: told.api.replace(/\/$/, ""), token: told.token };
  const control = stackControl(address, signal);
  try {
    const info = await control.info();
    return info.pid === told.pid ? { address, control, info } : undefined;
  } catch (error) {
    signal.throwIfAborted();
    // Another process has the id of a stack that was killed, or its port.
    if (error instanceof ApiUnreachableError || error instanceof ApiError) return undefined;
    throw error;
  }
}

/**
 * Whether a folder has the address of a stack: it is there until the stack is told to end, and stays when it is killed.
 * @throws CliError when the file that tells it is damaged
 */
export const isAnnounced = async (directory: string): Promise<boolean> =>
  (await readAddress(stackFiles(directory).address)) !== undefined;

async function readAddress(path: string): Promise<z.infer<typeof addressFile> | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new CliError(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  try {
    return addressFile.parse(JSON.parse(text));
  } catch (error) {
    throw new CliError(`${path} is damaged; end the stack if it runs, delete the file, try again`, {
      cause: error,
    });
  }
}

/** What starting a stack needs of the host. */
type Launcher = Pick<Host, "clock" | "env" | "interrupted" | "launchStack">;

/** How often to look whether a stack that was started answers, milliseconds. */
const LOOK_MS = 25;
/** How long a stack may take to start, milliseconds: bundling the functions takes most of it. */
const START_TIMEOUT_MS = 60_000;
/** Lines of the log shown when a stack does not start. */
const LOG_LINES = 12;
/** An auto-started stack nobody uses ends after so long, seconds. */
const IDLE_EXIT_SECONDS = 600;

/** How a stack is started. */
interface StartOptions {
  readonly staysUp?: boolean;
  readonly publicTokens?: boolean;
  readonly port?: number | undefined;
  readonly config?: string | undefined;
  readonly envFile?: string | undefined;
}

/**
 * Starts a stack and waits until it answers.
 * @param options.staysUp keeps it up when nobody uses it (default false)
 * @param options.publicTokens has callback tokens completed without the stack's own (default false)
 * @param options.port port of its API (default: that of its last start, or any free one)
 * @param options.config the configuration whose workflows it runs (default: the research app's)
 * @param options.envFile file with variables for its workflows (default: none)
 * @throws CliError with the end of its log when it does not start, or when its folder cannot be made or that
 * file cannot be used
 */
export async function startStack(
  directory: string,
  host: Launcher,
  { staysUp = false, publicTokens = false, port, config, envFile }: StartOptions = {},
): Promise<{ readonly stack: Stack; readonly process: StackProcess }> {
  if (envFile !== undefined) assertEnvFile(envFile);
  const log = await logTail(stackFiles(directory).log);
  const process = launched(host, {
    directory,
    env: host.env,
    ...(publicTokens && { publicTokens }),
    ...(port !== undefined && { port }),
    ...(config !== undefined && { config }),
    ...(envFile !== undefined && { envFile }),
    ...(!staysUp && { idleExitSeconds: IDLE_EXIT_SECONDS }),
  });
  try {
    return { stack: await answering(directory, host, process, log), process };
  } catch (error) {
    if (error instanceof Interruption) process.stop();
    throw error;
  }
}

function launched(host: Launcher, options: StackOptions): StackProcess {
  try {
    return host.launchStack(options);
  } catch (error) {
    // Nothing but the folder and the log in it is opened there.
    if (!(error instanceof Error) || !("syscall" in error)) throw error;
    throw new CliError(
      `the folder ${options.directory} of the embedded stack cannot be used: ${error.message}`,
      { cause: error },
    );
  }
}

/** Waits until a stack answers that was just started, by this process or by another at the same time. */
async function answering(
  directory: string,
  { clock, interrupted }: Launcher,
  process: StackProcess,
  log: LogTail,
): Promise<Stack> {
  const deadline = clock.monotonic() + START_TIMEOUT_MS;
  for (;;) {
    // Asked before the look: a stack of somebody else may be the reason why this one has ended.
    const ending = process.ending();
    const stack = await findStack(directory, interrupted);
    if (stack) return stack;
    if (ending !== undefined) throw await notStarted(`ended at once (${ending})`, log);
    if (clock.monotonic() > deadline) throw await notStarted("is not up after 60 s", log);
    await pause(clock, LOOK_MS, interrupted);
  }
}

const notStarted = async (what: string, log: LogTail): Promise<CliError> =>
  new CliError(`the embedded stack ${what}; its log ends with:`, {
    hints: (await log.read()).slice(-LOG_LINES).map(logLineText),
  });

/** The connection to the stack of a folder, which is started when it is not running. */
export interface StackConnection extends Connection {
  /** The stack as last found. */
  stack(): Stack;
}

/** How to connect to a stack. */
interface ConnectOptions {
  /** What leads another command to the same stack. */
  readonly options: readonly string[];
  /** The configuration that it runs if it has to be started. */
  readonly config: string | undefined;
  /** The file with variables that its workflows are given then. */
  readonly envFile?: string | undefined;
  /** Tells the person at the terminal. */
  readonly say: (text: string) => void;
}

/**
 * Connects to the stack of a folder; starts it when it is not running, and again when it is killed.
 * @throws CliError when it does not start
 */
export async function connectStack(
  directory: string,
  host: Launcher,
  { options, config, envFile, say }: ConnectOptions,
): Promise<StackConnection> {
  const findOrStart = async (): Promise<Stack> => {
    const found = await findStack(directory, host.interrupted);
    if (found) return found;
    const { stack } = await startStack(directory, host, { config, envFile });
    // Whoever meant a deployment must not take an empty stack's answers for those of that.
    say(
      `started the embedded stack of ${directory} (a deployment is named by --endpoint or SAVEPOINT_ENDPOINT)`,
    );
    return stack;
  };
  let current = await findOrStart();
  return {
    address: () => current.address,
    stack: () => current,
    options,
    async recover() {
      if (!(await isAnnounced(directory))) {
        throw new CliError(
          "the embedded stack has been stopped; its runs go on when it is started",
        );
      }
      say("the embedded stack does not answer: it was killed, or is just being started");
      current = await findOrStart();
    },
  };
}
