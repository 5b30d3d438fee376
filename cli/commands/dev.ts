import { relative } from "node:path";
import { ApiError, ApiUnreachableError } from "../../lambda/http/api-error.ts";
import { pause } from "../../lambda/http/pause.ts";
import { RESEARCH_CONFIG } from "../../localstack/embedded/research-config.ts";
import { CliError, EXIT } from "../cli-error.ts";
import { findStack, isAnnounced, type Stack, startStack } from "../embedded-stack.ts";
import { type CodeFollower, followCode } from "../follow-code.ts";
import type { Host } from "../host.ts";
import { assertStartedWith, envFileFor } from "../env-file.ts";
import { namedConfig, projectConfig } from "../project-config.ts";
import { type GlobalOptions, stackDirectory } from "../session.ts";
import { isDetail, logLineText, logTail } from "../stack-log.ts";
import { stackFiles } from "../stack-process.ts";

/** Options of `savepoint dev`. */
export interface DevOptions extends GlobalOptions {
  /** End the stack that runs, instead of starting one. */
  readonly stop?: boolean;
  /** Callback tokens are completed without the stack's own token. */
  readonly publicTokens?: boolean;
  /** Port of the API. Default: that of the last start, or any free one. */
  readonly port?: number;
}

/** How often the log of the stack, and whether its code has changed, is looked at, milliseconds. */
const LOOK_MS = 100;
/** How often to look whether a stack of somebody else is still there, milliseconds. */
const PRESENCE_LOOK_MS = 2_000;

/**
 * `savepoint dev [file]`: keeps the embedded stack up and prints its log without the details, until Ctrl-C.
 * What it runs is the file's workflows, else the project's, else the research app; the first two are
 * reloaded when they change. With `stop`, ends the one that runs.
 * @throws UsageError when there is no such file; CliError when the stack does not start, runs something else, or ends
 * without having been told to
 */
export async function dev(
  host: Host,
  file: string | undefined,
  options: DevOptions,
): Promise<number> {
  const directory = stackDirectory(options, host);
  const running = await findStack(directory, host.interrupted);
  if (options.stop === true) {
    if (running) await stopStack(host, directory, running);
    const what = running ? "stopped the stack" : "no stack is running";
    host.stdout.write(`${what} in ${directory}\n`);
    return EXIT.ok;
  }
  const { publicTokens = false, port } = options;
  const config = file === undefined ? projectConfig(host.cwd) : namedConfig(host.cwd, file);
  const envFile = envFileFor(host, options.envFile, config);
  if (!running) return runStack(host, directory, { publicTokens, port, config, envFile });
  checkRunning(running, directory, { publicTokens, port, config });
  assertStartedWith(running.info, directory, host, options.envFile);
  host.stdout.write(`already running:\n${places(host, running, directory)}`);
  return config === undefined ? EXIT.ok : joinStack(host, directory, running, config);
}

/** What the stack is to be like. */
interface Wanted {
  readonly publicTokens: boolean;
  readonly port: number | undefined;
  readonly config: string | undefined;
  readonly envFile?: string | undefined;
}

function checkRunning({ info, address }: Stack, directory: string, wanted: Wanted): void {
  const { config = RESEARCH_CONFIG } = wanted;
  if ((info.config ?? config) !== config) {
    throw new CliError(
      `the stack in ${directory} runs ${info.config}; end it with savepoint dev --stop, or give another --directory`,
    );
  }
  if (wanted.publicTokens && info.publicTokens !== true) {
    throw new CliError(
      "the stack that is running was started without --public-tokens; end it with --stop, and try again",
    );
  }
  if (wanted.port !== undefined && Number(new URL(address.url).port) !== wanted.port) {
    throw new CliError(
      `the stack that is running is at ${address.url}; end it with --stop, and try again`,
    );
  }
}

/** How often to look whether a stack that was told to end has ended, milliseconds. */
const END_LOOK_MS = 25;
/** How long it may take, milliseconds: it waits for what its functions are at. */
const END_TIMEOUT_MS = 30_000;

async function stopStack(host: Host, directory: string, { control, info }: Stack): Promise<void> {
  const { clock, interrupted } = host;
  const deadline = clock.monotonic() + END_TIMEOUT_MS;
  await control.stop();
  while (await findStack(directory, interrupted)) {
    if (clock.monotonic() > deadline) {
      throw new CliError(`the stack has not ended within 30 s; end its process ${info.pid}`);
    }
    await pause(clock, END_LOOK_MS, interrupted);
  }
}

/** Said of one that was ended in good order. */
const STOPPED = "the stack has been stopped\n";

/** Starts a stack that lives as long as this command. */
async function runStack(host: Host, directory: string, wanted: Wanted): Promise<number> {
  const { config } = wanted;
  const printLog = await logPrinter(host, directory);
  const { stack, process } = await startStack(directory, host, {
    staysUp: true,
    ...wanted,
  });
  host.stdout.write(places(host, stack, directory));
  const code = config === undefined ? undefined : followCode(host, stack, config);
  let isInterrupted = true;
  try {
    isInterrupted = await follow(host, {
      directory,
      printLog,
      code,
      isUp: async () => process.ending() === undefined,
    });
  } finally {
    // Also when following it fails: it lives as long as this command, and nobody else would end it.
    if (isInterrupted) process.stop();
  }
  // By the clock, because a stack's process by itself keeps nobody waiting for it.
  while (process.ending() === undefined) await pause(host.clock, END_LOOK_MS);
  await printLog();
  if (isInterrupted) return EXIT.ok;
  if (await isAnnounced(directory)) throw new CliError(`the stack has ended: ${process.ending()}`);
  host.stdout.write(STOPPED);
  return EXIT.ok;
}

/** Follows a stack that another command has started, and leaves it running. */
async function joinStack(
  host: Host,
  directory: string,
  stack: Stack,
  config: string,
): Promise<number> {
  const { clock, interrupted } = host;
  let lookAt = clock.monotonic() + PRESENCE_LOOK_MS;
  const isInterrupted = await follow(host, {
    directory,
    printLog: await logPrinter(host, directory),
    code: followCode(host, stack, config),
    async isUp() {
      if (clock.monotonic() < lookAt) return true;
      lookAt = clock.monotonic() + PRESENCE_LOOK_MS;
      return (await findStack(directory, interrupted)) !== undefined;
    },
  });
  if (!isInterrupted && (await isAnnounced(directory))) {
    throw new CliError("the stack has ended: it does not answer any more");
  }
  host.stdout.write(isInterrupted ? "the stack goes on; savepoint dev --stop ends it\n" : STOPPED);
  return EXIT.ok;
}

async function logPrinter(host: Host, directory: string): Promise<() => Promise<void>> {
  const tail = await logTail(stackFiles(directory).log);
  return async () => {
    const lines = (await tail.read()).filter((line) => !isDetail(line));
    for (const line of lines) host.stdout.write(`${logLineText(line)}\n`);
  };
}

/** What is looked at again and again. */
interface Followed {
  /** Folder of the stack. */
  readonly directory: string;
  readonly printLog: () => Promise<void>;
  readonly code: CodeFollower | undefined;
  readonly isUp: () => Promise<boolean>;
}

/** Follows a stack until it ends, or the person presses Ctrl-C: then the answer is true. */
async function follow(host: Host, { directory, printLog, code, isUp }: Followed): Promise<boolean> {
  try {
    while (await isUp()) {
      await printLog();
      await code?.look();
      await pause(host.clock, LOOK_MS, host.interrupted);
    }
    return false;
  } catch (error) {
    // What was under way when it ends, or when the person ends this, fails in a way of its own.
    if (host.interrupted.aborted) return true;
    const isFromStack = error instanceof ApiUnreachableError || error instanceof ApiError;
    if (!isFromStack || (await isAnnounced(directory))) throw error;
    return false;
  } finally {
    code?.close();
  }
}

const places = ({ cwd }: Host, { info, address }: Stack, directory: string): string =>
  [
    `API     ${address.url}   (header x-savepoint-token: see stack.json)`,
    ...(info.viewerUrl === undefined ? [] : [`sample  ${info.viewerUrl}`]),
    ...(info.config === undefined || info.config === RESEARCH_CONFIG
      ? []
      : [`code    ${relative(cwd, info.config)}`]),
    ...(info.envFile === undefined ? [] : [`env     ${relative(cwd, info.envFile)}`]),
    `data    ${directory}`,
    `process ${info.pid}`,
    "",
  ].join("\n");
