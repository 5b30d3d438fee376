import { type ChildProcess, fork } from "node:child_process";
import { rm } from "node:fs/promises";
import { buildFile } from "./build.ts";
import type { Done, Seeds, Task, Word } from "./job.ts";
import type { Patch } from "./patch.ts";

/** Seeds that a process is given at a time: the same however many processes there are. */
const CHUNK = 5;
/** Chunks after which a process is replaced by a fresh one: its memory grows with what it has played. */
const CHUNKS_OF_A_PROCESS = 60;

/** Builds of the simulation, and the processes that play them. */
export class Jobs {
  readonly #jobs: number;
  readonly #noted: (note: string) => void;
  readonly #children = new Set<ChildProcess>();
  readonly #files = new Set<string>();

  /**
   * @param jobs processes at a time
   * @param noted told what they have to say before they are done
   */
  constructor(jobs: number, noted: (note: string) => void) {
    this.#jobs = jobs;
    this.#noted = noted;
  }

  /**
   * Plays seeds with a build of the simulation, some at a time in each process.
   * @param done told what each chunk of seeds has come to, in the order of the seeds
   */
  async play(
    patches: readonly Patch[],
    { from, seeds }: Seeds,
    done: (done: Done, chunk: Seeds) => void,
  ): Promise<void> {
    const file = await this.#build("sim", patches);
    const chunks = Array.from({ length: Math.ceil(seeds / CHUNK) }, (_, index) => ({
      from: from + index * CHUNK,
      seeds: Math.min(CHUNK, seeds - index * CHUNK),
    }));
    const idle: { readonly child: ChildProcess; played: number }[] = [];
    await this.inOrder(
      chunks,
      async (chunk) => {
        const player = idle.pop() ?? { child: this.#fork(file), played: 0 };
        const outcome = await this.#ask(player.child, { kind: "play", ...chunk });
        player.played += 1;
        if (player.played < CHUNKS_OF_A_PROCESS) idle.push(player);
        else player.child.disconnect();
        return outcome;
      },
      done,
    );
    for (const { child } of idle) child.disconnect();
    await this.#delete(file);
  }

  /** Plays seeds in one process, until one fails. */
  async hunt(name: string, patches: readonly Patch[], seeds: Seeds): Promise<Done> {
    const file = await this.#build(name, patches);
    const child = this.#fork(file);
    const outcome = await this.#ask(child, { kind: "hunt", ...seeds });
    child.disconnect();
    await this.#delete(file);
    return outcome;
  }

  /** Does several things, some at a time; what each has come to is told in their order. */
  async inOrder<One, Outcome>(
    all: readonly One[],
    perform: (one: One) => Promise<Outcome>,
    done: (outcome: Outcome, one: One) => void,
  ): Promise<void> {
    const outcomes = new Map<number, Outcome>();
    const left = [...all.entries()];
    let told = 0;
    const work = async () => {
      for (let next = left.shift(); next; next = left.shift()) {
        const [index, one] = next;
        outcomes.set(index, await perform(one));
        for (; outcomes.has(told); told += 1) {
          done(outcomes.get(told) as Outcome, all[told] as One);
          outcomes.delete(told);
        }
      }
    };
    await Promise.all(Array.from({ length: this.#jobs }, work));
  }

  /** Ends everything at once. */
  async end(): Promise<void> {
    for (const child of this.#children) child.kill("SIGKILL");
    await Promise.all([...this.#files].map((file) => this.#delete(file)));
  }

  async #build(name: string, patches: readonly Patch[]): Promise<string> {
    const file = await buildFile("test/sim/job.ts", name, patches);
    this.#files.add(file);
    return file;
  }

  async #delete(file: string): Promise<void> {
    this.#files.delete(file);
    await rm(file, { force: true });
  }

  #fork(file: string): ChildProcess {
    // It is built: what runs this process's own source is not needed.
    const child = fork(file, { execArgv: [] });
    this.#children.add(child);
    child.once("exit", () => this.#children.delete(child));
    return child;
  }

  async #ask(child: ChildProcess, task: Task): Promise<Done> {
    const { from, seeds } = task;
    return new Promise((resolve, reject) => {
      const ended = (code: number | null, signal: string | null) =>
        reject(
          new Error(
            `the process that played seeds ${from} to ${from + seeds - 1} ended by itself: ${signal ?? `code ${code}`}`,
          ),
        );
      const said = (word: Word) => {
        if ("note" in word) return this.#noted(word.note);
        child.off("exit", ended).off("message", said);
        resolve(word.done);
      };
      child.on("exit", ended).on("message", said);
      child.send(task);
    });
  }
}
