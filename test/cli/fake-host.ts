import { once } from "node:events";
import { Interruption } from "../../cli/cli-error.ts";
import type { Host, Output } from "../../cli/host.ts";
import type { StackOptions, StackProcess } from "../../cli/stack-process.ts";
import type { Clock } from "../../lambda/core/clock.ts";
import { seededIds } from "../../lambda/testing/seeded-ids.ts";
import { BEGAN } from "./fake-api.ts";

/** A stream that keeps what was written. */
export class FakeOutput implements Output {
  text = "";
  isTTY = false;
  columns = 100;
  rows = 30;

  /** Sees each write. */
  onWrite: (text: string) => void = () => {};

  write(text: string): void {
    this.text += text;
    this.onWrite(text);
  }

  /** Lines written so far. */
  get lines(): string[] {
    return this.text.split("\n").slice(0, -1);
  }
}

/** A host whose clock runs on as soon as somebody waits for it. */
export interface FakeHost extends Host {
  readonly stdout: FakeOutput;
  readonly stderr: FakeOutput;
  readonly env: Record<string, string | undefined>;
  /** Stacks that were started. */
  readonly launched: StackOptions[];
  /** Folders that are watched at present, and who is told. */
  readonly watched: { readonly folders: readonly string[]; readonly onChange: () => void }[];
  /** What starting a stack does. Default: nothing, and it never answers. */
  launch: (options: StackOptions) => StackProcess;
  /** What `readStdin` gives. */
  stdinText: string;
  isInteractive: boolean;
  /** What the person was asked. */
  readonly questions: string[];
  /** What the person types when asked; undefined to type nothing. */
  answer: (question: string) => string | undefined;
  interrupt(): void;
}

/** Makes a host in a folder. */
export function fakeHost(cwd: string): FakeHost {
  const interruption = new AbortController();
  const host: FakeHost = {
    cwd,
    env: {},
    clock: hastyClock(),
    ids: seededIds(1),
    stdout: new FakeOutput(),
    stderr: new FakeOutput(),
    launched: [],
    watched: [],
    launch: () => stackProcess(),
    stdinText: "",
    readStdin: async () => host.stdinText,
    isInteractive: false,
    questions: [],
    answer: () => undefined,
    async ask(question, signal) {
      host.questions.push(question);
      const typed = host.answer(question);
      if (typed === undefined && !signal.aborted) await once(signal, "abort");
      return typed;
    },
    watchFolders(folders, onChange) {
      const watched = { folders, onChange };
      host.watched.push(watched);
      return () => void host.watched.splice(host.watched.indexOf(watched), 1);
    },
    launchStack(options) {
      host.launched.push(options);
      return host.launch(options);
    },
    interrupted: interruption.signal,
    interrupt: () => interruption.abort(new Interruption("interrupted by SIGINT")),
  };
  return host;
}

/** A stack's process that only a test ends. */
export function stackProcess(
  onStop: (end: (how: string) => void) => void = () => {},
): StackProcess & { end(how: string): void } {
  let ending: string | undefined;
  const end = (how: string): void => {
    ending = how;
  };
  return { pid: 7, ending: () => ending, stop: () => onStop(end), end };
}

/** Time passes only in pauses, and then at once. */
function hastyClock(): Clock {
  let now = BEGAN;
  return {
    now: () => now,
    monotonic: () => now,
    after(ms, wake) {
      const immediate = setImmediate(() => {
        now += ms;
        wake();
      });
      return () => clearImmediate(immediate);
    },
  };
}
