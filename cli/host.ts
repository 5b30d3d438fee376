import { stdin } from "node:process";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { isatty } from "node:tty";
import { type Clock, systemClock } from "../lambda/core/clock.ts";
import { type Ids, systemIds } from "../lambda/core/ids.ts";
import { Interruption } from "./cli-error.ts";
import { watchFolders } from "./watch-folders.ts";
import { launchStack, type StackOptions, type StackProcess } from "./stack-process.ts";

/** One of the two streams that a command prints to. */
export interface Output {
  write(text: string): void;
  /** Whether a person looks at it, on a screen that can be redrawn. */
  readonly isTTY: boolean;
  /** Size of the screen, characters. */
  readonly columns: number;
  readonly rows: number;
}

/** Everything a command has of the world around it. */
export interface Host {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder from which relative paths are read. */
  readonly cwd: string;
  readonly clock: Clock;
  readonly ids: Ids;
  /** For what was asked for. */
  readonly stdout: Output;
  /** For everything said about it. */
  readonly stderr: Output;
  /** Reads all of standard input. */
  readStdin(): Promise<string>;
  /** Whether a person sits there who can be asked. */
  readonly isInteractive: boolean;
  /** Asks the person for one line; undefined when the signal aborts or nothing more will be typed. */
  ask(question: string, signal: AbortSignal): Promise<string | undefined>;
  /** Starts an embedded stack. */
  launchStack(options: StackOptions): StackProcess;
  /** Calls back whenever something changes in one of the folders; what it returns ends that. */
  watchFolders(folders: readonly string[], onChange: () => void): () => void;
  /** Aborts, with an `Interruption`, when the person presses Ctrl-C. */
  readonly interrupted: AbortSignal;
}

/** The process as a host. The second Ctrl-C ends the process at once. */
export function processHost(): Host {
  const interruption = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => interruption.abort(new Interruption(`interrupted by ${signal}`)));
  }
  process.stdout.on("error", endOnClosedPipe);
  return {
    env: process.env,
    cwd: process.cwd(),
    clock: systemClock,
    ids: systemIds,
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    readStdin: () => text(stdin),
    isInteractive: isatty(0) && isatty(2),
    ask,
    launchStack,
    watchFolders,
    interrupted: interruption.signal,
  };
}

async function ask(question: string, signal: AbortSignal): Promise<string | undefined> {
  if (signal.aborted) return undefined;
  // Without a terminal of its own it leaves Ctrl-C to the process.
  const lines = createInterface({ input: stdin, output: process.stderr, terminal: false });
  const stop = (): void => lines.close();
  signal.addEventListener("abort", stop);
  process.stderr.write(question);
  try {
    return await new Promise((resolve) => {
      lines.once("line", resolve).once("close", () => resolve(undefined));
    });
  } finally {
    signal.removeEventListener("abort", stop);
    lines.close();
  }
}

/** `savepoint runs list | head` closes the pipe early, and nobody is left to print to. */
function endOnClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
  process.exit();
}

function outputOf(stream: NodeJS.WriteStream): Output {
  return {
    write: (chunk) => void stream.write(chunk),
    isTTY: stream.isTTY,
    get columns() {
      return stream.columns;
    },
    get rows() {
      return stream.rows;
    },
  };
}
