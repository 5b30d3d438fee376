import { CliError, EXIT, Interruption } from "../cli-error.ts";
import { findStack, type Stack, startStack } from "../embedded-stack.ts";
import type { Host } from "../host.ts";
import { pause } from "../../lambda/http/pause.ts";
import { type GlobalOptions, stackDirectory } from "../session.ts";
import { isDetail, logLineText, logTail } from "../stack-log.ts";
import { stackFiles } from "../stack-process.ts";

/** Options of `savepoint dev`. */
export interface DevOptions extends GlobalOptions {
  /** End the stack that runs, instead of starting one. */
  readonly stop?: boolean;
  /** Callback tokens are completed without the stack's own token. */
  readonly publicTokens?: boolean;
}

/** How often the log of the stack is looked at, milliseconds. */
const LOG_LOOK_MS = 100;

/**
 * `savepoint dev`: keeps the embedded stack up and prints its log without the details, until Ctrl-C. With `stop`, ends
 * the one that runs.
 * @throws CliError when the stack does not start, ends by itself, or runs and keeps tokens to itself
 */
export async function dev(host: Host, options: DevOptions): Promise<number> {
  const directory = stackDirectory(options, host);
  const running = await findStack(directory, host.interrupted);
  if (options.stop === true) {
    if (running) await stopStack(host, directory, running);
    const what = running ? "stopped the stack" : "no stack is running";
    host.stdout.write(`${what} in ${directory}\n`);
    return EXIT.ok;
  }
  const { publicTokens = false } = options;
  if (running && publicTokens && running.info.publicTokens !== true) {
    throw new CliError(
      "the stack that is running was started without --public-tokens; end it with --stop, and try again",
    );
  }
  if (running) {
    host.stdout.write(`already running:\n${places(running, directory)}`);
    return EXIT.ok;
  }
  return runStack(host, directory, publicTokens);
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

async function runStack(host: Host, directory: string, publicTokens: boolean): Promise<number> {
  const { clock, interrupted } = host;
  const tail = await logTail(stackFiles(directory).log);
  const { stack, process } = await startStack(directory, host, { staysUp: true, publicTokens });
  const printLog = async (): Promise<void> => {
    const lines = (await tail.read()).filter((line) => !isDetail(line));
    for (const line of lines) host.stdout.write(`${logLineText(line)}\n`);
  };
  host.stdout.write(places(stack, directory));
  try {
    while (process.ending() === undefined) {
      await printLog();
      await pause(clock, LOG_LOOK_MS, interrupted);
    }
  } catch (error) {
    if (!(error instanceof Interruption)) throw error;
    process.stop();
    await process.ended;
    await printLog();
    return EXIT.ok;
  }
  await printLog();
  throw new CliError(`the stack has ended: ${process.ending()}`);
}

const places = ({ info, address }: Stack, directory: string): string =>
  [
    `API     ${address.url}   (header x-savepoint-token: see stack.json)`,
    ...(info.viewerUrl === undefined ? [] : [`sample  ${info.viewerUrl}`]),
    `data    ${directory}`,
    `process ${info.pid}`,
    "",
  ].join("\n");
