import type { Clock } from "../../lambda/core/clock.ts";
import type { Savepoint } from "../../lambda/index.ts";
import type { ProcessFault } from "../../lambda/testing/faulty-handler.ts";
import { Process } from "../../lambda/testing/process.ts";
import type { Act, Trouble } from "./acts.ts";

/** Refusals that whoever acts on runs has to live with: too late, too early, or gone. */
const ANSWERS = new Set([
  "RunConflictError",
  "RunNotFoundError",
  "InvalidArgumentError",
  "MailboxFullError",
]);
/** Whoever dies while acting, or hears nothing, is followed by another, who tries again after this long, milliseconds. */
const AGAIN_MS = 3_000;

/** What acts are done with. */
export interface ActParts {
  readonly clock: Clock;
  /** A client of a process of its own. */
  readonly clientOf: (process: Process) => Savepoint;
  /** The parent of a run that there is. */
  readonly parentOf: (run: string) => string | undefined;
  /** The run of a call. */
  readonly runOf: (body: string) => string | undefined;
  /** Does what an act does to a run. */
  readonly perform: (act: Act, run: string, savepoint: Savepoint) => Promise<unknown>;
  /** Told that an act came to something that it must not come to. */
  readonly failed: (act: Act, error: unknown) => void;
  /** Told that an act is over. */
  readonly done: () => void;
}

/** Does to the runs what is done from outside, each act by a process of its own. */
export class ActPlan {
  readonly #acts: readonly Act[];
  readonly #parts: ActParts;
  readonly #rows = new Map<string, number>();
  readonly #troubles = new Map<string, { readonly trouble: Trouble; calls: number }>();
  #timed: number;
  #atEnd: Act[];
  #underWay = 0;
  #processes = 0;
  #isOver = false;

  constructor(acts: readonly Act[], parts: ActParts) {
    this.#acts = acts;
    this.#parts = parts;
    this.#atEnd = acts.filter(({ at }) => at === "end");
    this.#timed = acts.filter(({ at }) => at !== "end" && "atMs" in at).length;
  }

  /** Whether an act is under way or will come at its time; those at the end apart. */
  get isBusy(): boolean {
    return this.#timed > 0 || this.#underWay > 0;
  }

  /** Begins to count time. */
  begin(): void {
    for (const act of this.#acts) {
      const { at, whom } = act;
      if (at === "end" || !("atMs" in at)) continue;
      this.#parts.clock.after(at.atMs, () => {
        this.#timed -= 1;
        void this.#do(act, typeof whom === "object" ? whom.id : "main");
      });
    }
  }

  /**
   * Everything has finished: does the next of the acts that wait for it, if there is one. If not, the play is
   * over, and whatever calls there still are, nothing is done any more whose end nobody would await.
   */
  next(): boolean {
    const act = this.#atEnd.shift();
    this.#isOver = act === undefined;
    if (!act) return false;
    void this.#do(act, typeof act.whom === "object" ? act.whom.id : "main");
    return true;
  }

  /** What a worker's call has to wait for. */
  befall(row: string, body: string): ProcessFault | undefined {
    const nth = (this.#rows.get(row) ?? 0) + 1;
    this.#rows.set(row, nth);
    if (this.#isOver) return undefined;
    const acts = this.#acts.filter(
      ({ at }) => at !== "end" && "row" in at && at.row === row && at.nth === nth,
    );
    const [first] = acts;
    if (!first || first.at === "end" || !("row" in first.at)) return undefined;
    // Whose run it is may not be known afterwards.
    const whom = acts.map((act) => this.#whom(act, body));
    // The play must not end with the very call that is waited for.
    this.#underWay += 1;
    return {
      when: first.at.place,
      others: async () => {
        for (const [index, act] of acts.entries()) await this.#do(act, whom[index] ?? "main");
        this.#underWay -= 1;
        this.#parts.done();
      },
    };
  }

  /** What goes wrong with a call of one of the acting processes. */
  troubleOf(process: Process): ProcessFault | undefined {
    const own = this.#troubles.get(process.name);
    if (!own) return undefined;
    own.calls += 1;
    const { nth, kind, ms } = own.trouble;
    if (own.calls !== nth) return undefined;
    switch (kind) {
      case "slow":
        return { pauseMs: ms };
      case "late":
        return { lateMs: ms };
      default:
        return kind;
    }
  }

  #whom({ whom }: Act, body: string): string | undefined {
    if (typeof whom === "object") return whom.id;
    const run = this.#parts.runOf(body);
    if (run === undefined || whom === "it") return run;
    return this.#parts.parentOf(run) ?? /"parent":\{"S":"\S+ ([^"]*)"/.exec(body)?.[1] ?? run;
  }

  /** Resolves when it is done, or whoever does it has died. */
  async #do(act: Act, run: string): Promise<void> {
    this.#underWay += 1;
    const isDead = await this.#try(act, run, act.trouble);
    const over = () => {
      if (act.kind === "pause") this.#resumeAfter(act.forMs, act, run);
      this.#underWay -= 1;
      this.#parts.done();
    };
    if (!isDead) return over();
    this.#again(act, run, over);
  }

  /** Tries again until somebody lives to see what it comes to. */
  #again(act: Act, run: string, over: () => void): void {
    const tryAgain = async () => {
      if (await this.#try(act, run, undefined)) this.#again(act, run, over);
      else over();
    };
    this.#parts.clock.after(AGAIN_MS, () => void tryAgain());
  }

  /** Whoever pauses a run resumes it. */
  #resumeAfter(ms: number, { at, whom }: Act, run: string): void {
    this.#underWay += 1;
    const resume: Act = { at, whom, kind: "resume" };
    this.#parts.clock.after(ms, () => {
      this.#underWay -= 1;
      void this.#do(resume, run);
    });
  }

  /** Whether its process died, or AWS did not answer. */
  async #try(act: Act, run: string, trouble: Trouble | undefined): Promise<boolean> {
    const process = new Process(`client-${(this.#processes += 1)}`);
    if (trouble) this.#troubles.set(process.name, { trouble, calls: 0 });
    let isUnanswered = false;
    const acting = this.#parts.perform(act, run, this.#parts.clientOf(process)).catch((error) => {
      isUnanswered = (error as Error).name === "StoreUnavailableError";
      if (!isUnanswered && !ANSWERS.has((error as Error).name)) this.#parts.failed(act, error);
    });
    await Promise.race([acting, process.death]);
    return process.isDead || isUnanswered;
  }
}
