import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { AccessLine } from "../../localstack/hn/access-log.ts";
import { isRunning, until } from "../localstack/lambda-host/functions.ts";
import type { KeyedRequest } from "./recorded-steps.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  scripts: { start: string; savepoint: string };
};

/** What a command came to. */
export interface Ended {
  readonly out: string;
  readonly err: string;
  /** Exit code; null when it was killed. */
  readonly code: number | null;
}

/** A command under way. */
export interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
}

/**
 * A private folder for an embedded stack, and the command line on it as a person has it: `npm start`
 * and `npm run savepoint`, without npm between, whose own process no test could kill.
 */
export class CommandLine {
  readonly directory = mkdtempSync(join(tmpdir(), "savepoint-cli-"));
  readonly #environment: Readonly<Record<string, string>>;
  readonly #cwd: string;
  readonly #started: ChildProcess[] = [];

  /**
   * @param environment variables for the command and the stack that it starts
   * @param cwd where commands are called; by default the repository
   */
  constructor(environment: Readonly<Record<string, string>> = {}, cwd: string = ROOT) {
    this.#environment = environment;
    this.#cwd = cwd;
  }

  /** `npm start -- …` */
  start(...words: readonly string[]): Running {
    return this.#spawn(scripts.start, words);
  }

  /** `npm run savepoint -- …` */
  savepoint(...words: readonly string[]): Running {
    return this.#spawn(scripts.savepoint, words);
  }

  /** Lines of the stack's log. */
  get stackLog(): string[] {
    return this.#lines("stack.log");
  }

  /** Every request that the Hacker News simulator has noted down. */
  get hnRequests(): (AccessLine & KeyedRequest)[] {
    return this.#lines("hn-access.log").map((line) => {
      const request = JSON.parse(line) as AccessLine;
      return {
        ...request,
        idempotencyKey: String(request.idempotencyKey),
        at: Date.parse(request.time),
      };
    });
  }

  /** Folder of the journals. */
  get data(): string {
    return join(this.directory, "data");
  }

  /** Whether a file is in the folder. */
  has(name: string): boolean {
    return existsSync(join(this.directory, name));
  }

  /** SIGKILL to every process there is: commands, stack and functions. Resolves once they are gone. */
  async killEverything(): Promise<void> {
    const commands = this.#started.splice(0).flatMap(({ pid }) => pid ?? []);
    const pids = [...commands, ...this.#stackPids()];
    for (const pid of pids) kill(pid);
    await until(() => !pids.some(isRunning));
  }

  /** Ends everything and removes the folder. */
  async close(): Promise<void> {
    await this.killEverything();
    rmSync(this.directory, { recursive: true });
  }

  /** Every stack of the folder, one that has not its lock yet among them, and their children. */
  #stackPids(): number[] {
    const stacks = readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => commandOf(pid).includes(this.directory));
    return stacks.flatMap((pid) => [pid, ...childrenOf(pid)]);
  }

  /** The lines of a file that are complete: one that is being written may be seen in part. */
  #lines(name: string): string[] {
    const path = join(this.directory, name);
    const text = existsSync(path) ? readFileSync(path, "utf8") : "";
    return text.split("\n").slice(0, -1).filter(Boolean);
  }

  #spawn(script: string, words: readonly string[]): Running {
    const [, file = "", ...own] = script.split(" ");
    const { PATH = "" } = process.env;
    const env = { PATH, SAVEPOINT_DIRECTORY: this.directory, ...this.#environment };
    const child = spawn(process.execPath, [join(ROOT, file), ...own, ...words], {
      cwd: this.#cwd,
      env,
    });
    this.#started.push(child);
    const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
    return {
      process: child,
      ended: ended.then(([out, err, [code]]) => ({ out, err, code: code as number | null })),
    };
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** The command line of a process; empty when there is none. */
const commandOf = (pid: number): string => readProc(`/proc/${pid}/cmdline`);

const childrenOf = (pid: number): number[] =>
  readProc(`/proc/${pid}/task/${pid}/children`).split(" ").filter(Boolean).map(Number);

function readProc(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return "";
    throw error;
  }
}
