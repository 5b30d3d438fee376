import { AsyncLocalStorage } from "node:async_hooks";
import type { EpochMs } from "../core/clock.ts";
import type { StepBody, StepContext } from "../engine/ops/step-options.ts";

/** One call of a step's body, or of what stands in for it. */
export interface StepCall {
  readonly workflow: string;
  readonly runId: string;
  /** Name of the step; of a rollback, `@rollback/` and the name of the step it undoes. */
  readonly step: string;
  /** Number of the attempt, 1 the first. */
  readonly attempt: number;
  readonly idempotencyKey: string;
  /** Virtual time at which it began. */
  readonly at: EpochMs;
}

/**
 * Stands in for the body of a step.
 * @param step what the body is given
 * @param original runs the body itself
 */
export type MockBody = (step: StepContext, original: () => Promise<unknown>) => unknown;

/** Which steps are meant. */
export interface StepFilter {
  /** Of this workflow only. Default: of all. */
  readonly workflow?: string | { readonly name: string } | undefined;
}

/** A mock that stands in for a step. */
export interface Mock {
  /** The calls that it has answered, in order. */
  readonly calls: readonly StepCall[];
  /** Takes it away again. */
  restore(): void;
}

/** A step as the code asks for it. */
export interface StepPlace {
  readonly workflow: string;
  readonly runId: string;
  readonly step: string;
}

/** The process that runs a body. */
interface DyingProcess {
  readonly isDead: boolean;
  readonly death: Promise<unknown>;
  die(): void;
}

interface Standin {
  readonly place: (place: StepPlace) => boolean;
  readonly body: MockBody;
  readonly calls: StepCall[];
}

interface Crash {
  readonly place: (place: StepPlace) => boolean;
  readonly when: "before" | "after";
  /** What it was asked for, as `before step "work"`. */
  readonly name: string;
  readonly times: number;
  left: number;
}

/** A body that is under way and waited for. */
interface Body {
  /** Waits for virtual time that it has begun. */
  sleeps: number;
}

// One for all engines: Node carries every storage there is from promise to promise.
const here = new AsyncLocalStorage<Body>();

const never = new Promise<never>(() => undefined);

/** What a test says of steps, and what became of it: mocks, crashes, calls. */
export class StepCalls {
  readonly calls: StepCall[] = [];
  readonly #now: () => EpochMs;
  readonly #patienceMs: number;
  #mocks: Standin[] = [];
  readonly #crashes: Crash[] = [];
  readonly #bodies = new Set<Body>();
  #isTired = false;
  #wake: () => void = () => undefined;

  /** @param patienceMs real time that a body may take before virtual time passes without it */
  constructor(now: () => EpochMs, patienceMs: number) {
    this.#now = now;
    this.#patienceMs = patienceMs;
  }

  mock(step: string, body: MockBody, filter: StepFilter): Mock {
    const standin = { place: matching(step, filter), body, calls: [] };
    this.#mocks.push(standin);
    return {
      calls: standin.calls,
      restore: () => {
        this.#mocks = this.#mocks.filter((one) => one !== standin);
      },
    };
  }

  /** Has the process die around the next `times` calls of a step. */
  crash(when: Crash["when"], step: string, filter: StepFilter, times: number): void {
    const workflow = nameIn(filter);
    const within = workflow === undefined ? "" : ` of workflow "${workflow}"`;
    const name = `${when} step "${step}"${within}`;
    const place = matching(step, filter);
    this.#crashes.push({ place, when, name, times, left: times });
  }

  /** @throws Error that names the crashes that were asked for and have not come as often */
  assertCrashed(): void {
    const missing = this.#crashes
      .filter(({ left }) => left > 0)
      .map(({ name, times, left }) =>
        left === times ? name : `${name} (${times - left} of ${times} have)`,
      );
    if (missing.length === 0) return;
    const called = [...new Set(this.calls.map(({ step }) => step))].join(", ") || "none";
    throw new Error(
      `crashes have not come: ${missing.join(", ")}; steps that were called: ${called}`,
    );
  }

  /** The calls of a step, or of all. */
  of(step: string | undefined, filter: StepFilter): StepCall[] {
    const isMeant = step === undefined ? matching("", filter, true) : matching(step, filter);
    return this.calls.filter(isMeant);
  }

  /** The body of a step as the engine is to run it. */
  watched(place: StepPlace, body: StepBody<unknown>, process: DyingProcess): StepBody<unknown> {
    return async (step) => {
      if (process.isDead || this.#crashesAt("before", place)) return die(process);
      const { attempt, idempotencyKey } = step;
      const call = { ...place, attempt, idempotencyKey, at: this.#now() };
      this.calls.push(call);
      const original = async () => body(step);
      const mock = this.#mocks.findLast((one) => one.place(place));
      mock?.calls.push(call);
      try {
        return await this.#underWay(
          async () => (mock ? mock.body(step, original) : original()),
          step.signal,
          process,
        );
      } finally {
        if (this.#crashesAt("after", place)) await die(process);
      }
    };
  }

  /** Waits for virtual time on behalf of the body that calls; undefined when no body does. */
  sleep(wait: () => Promise<void>): Promise<void> | undefined {
    const body = here.getStore();
    if (!body) return undefined;
    body.sleeps += 1;
    this.#wake();
    return wait().finally(() => (body.sleeps -= 1));
  }

  /** Resolves once one of the bodies under way has ended, or all have taken too long; undefined without any. */
  work(): Promise<void> | undefined {
    const works = [...this.#bodies].some(({ sleeps }) => sleeps === 0);
    if (!works || this.#isTired) return undefined;
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#isTired = true;
        resolve();
      }, this.#patienceMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #underWay(
    body: () => Promise<unknown>,
    signal: AbortSignal,
    process: DyingProcess,
  ): Promise<unknown> {
    const mine: Body = { sleeps: 0 };
    const end = () => {
      if (this.#bodies.delete(mine)) this.#change();
    };
    this.#bodies.add(mine);
    this.#change();
    // Nobody waits any more for a body that was abandoned, or whose process is dead.
    signal.addEventListener("abort", end, { once: true });
    void process.death.then(end);
    try {
      return await here.run(mine, body);
    } finally {
      signal.removeEventListener("abort", end);
      end();
    }
  }

  #change(): void {
    this.#isTired = false;
    this.#wake();
  }

  #crashesAt(when: Crash["when"], place: StepPlace): boolean {
    const crash = this.#crashes.find(
      (one) => one.when === when && one.left > 0 && one.place(place),
    );
    if (!crash) return false;
    crash.left -= 1;
    return true;
  }
}

function die(process: DyingProcess): Promise<never> {
  process.die();
  return never;
}

const nameIn = ({ workflow }: StepFilter): string | undefined =>
  typeof workflow === "object" ? workflow.name : workflow;

function matching(step: string, filter: StepFilter, isAny = false): (place: StepPlace) => boolean {
  const name = nameIn(filter);
  return (place) =>
    (isAny || place.step === step) && (name === undefined || place.workflow === name);
}
