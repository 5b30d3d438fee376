import type { RunHandle } from "../client/run-handle.ts";
import type { Savepoint } from "../client/savepoint.ts";
import type { StartOptions } from "../client/start.ts";
import type { EpochMs } from "../core/clock.ts";
import { type Duration, parseDuration } from "../core/duration.ts";
import { InvalidArgumentError } from "../core/errors.ts";
import { assertOptions, type OptionNames } from "../core/known-options.ts";
import { DEFAULT_SETTINGS, type EngineSettings } from "../engine/settings.ts";
import type { Workflow } from "../engine/workflow.ts";
import { drivenClient } from "./driven-client.ts";
import type { ProcessFault } from "./faulty-handler.ts";
import { instrumented } from "./instrumented.ts";
import type { LoggedLine } from "./logs.ts";
import { openRuns } from "./open-runs.ts";
import { Process } from "./process.ts";
import {
  type Mock,
  type MockBody,
  type StepCall,
  StepCalls,
  type StepFilter,
} from "./step-calls.ts";
import { VirtualClock } from "./virtual-clock.ts";
import { World } from "./world.ts";

/** What an engine of tests is made with. */
export interface TestEngineOptions {
  /** The workflows that runs can be started of, children included. A fake one stands in under the same name. */
  readonly workflows: readonly Workflow[];
  /** Virtual time at the beginning. Default: the start of 2026, UTC. */
  readonly start?: Date | EpochMs;
  /** What ids and jitter are drawn from; the same seed draws the same. Default 1. */
  readonly seed?: number;
  /** Settings of the engine other than those it has in AWS. */
  readonly settings?: Partial<EngineSettings>;
  /**
   * Real time that the body of a step may take before virtual time passes without it, and its timeout may
   * end it. Default one second.
   */
  readonly patience?: Duration;
  /** Virtual time after which what is waited for is said not to come. Default 400 days. */
  readonly limit?: Duration;
}

/** The names of these. */
export const ENGINE_OPTIONS: OptionNames<TestEngineOptions> = {
  workflows: true,
  start: true,
  seed: true,
  settings: true,
  patience: true,
  limit: true,
};

const SETTINGS = Object.fromEntries(
  Object.keys(DEFAULT_SETTINGS).map((name) => [name, true] as const),
);

/** What a process that crashes is doing. */
export interface CrashOptions extends StepFilter {
  /** Calls of the step at which it crashes. Default 1. */
  readonly times?: number;
}

/**
 * The engine in the process of a test: workers, table and queue as in AWS, and virtual time that is skipped
 * while a test waits for something, and stands still while it does not.
 */
export interface TestEngine {
  /** The ordinary client. What it is asked lets as much time pass as it takes. */
  readonly savepoint: Savepoint;
  /** What was logged, by the engine and by `ctx.log`. */
  readonly logs: readonly LoggedLine[];
  /** Virtual time. */
  now(): EpochMs;
  /** Starts a run. Throws what `Savepoint.start` does. */
  start<Given, Output>(
    workflow: Workflow<Given, Output>,
    input: NoInfer<Given>,
    options?: StartOptions,
  ): Promise<RunHandle<Output>>;
  /**
   * Starts a run and lets time pass until it has finished.
   * @returns its output
   * @throws the error it failed with, also of a run that is blocked; that of a blocked run it waits for, as
   * for a child whose workflow is not given; what `start` throws; Error when it does not end
   */
  run<Given, Output>(
    workflow: Workflow<Given, Output>,
    input: NoInfer<Given>,
    options?: StartOptions,
  ): Promise<Output>;
  /**
   * Lets time pass, and what is due by then happen, for which it may go on for some seconds more.
   * @throws InvalidArgumentError for what is no duration
   */
  advance(duration: Duration): Promise<void>;
  /**
   * Waits in virtual time: within a step's body or a mock, for as long as that is to take; elsewhere it is
   * `advance`.
   */
  sleep(duration: Duration): Promise<void>;
  /** Lets time pass until a promise settles: for what tests wait for beside runs. */
  until<T>(promise: Promise<T>): Promise<T>;
  /**
   * Stands in for the body of every step of a name, from now on; of several mocks the last one counts. A
   * rollback is named `@rollback/` and its step.
   * @param options.workflow in that workflow only. Default: in all
   */
  mock(step: string, body: MockBody, options?: StepFilter): Mock;
  /** The calls of the bodies of a step, mocked or not, in order; of every step when none is named. */
  calls(step?: string, options?: StepFilter): readonly StepCall[];
  /**
   * Has the worker's process die when it is about to run the body of a step. The run goes on in another
   * process, some 30 seconds later.
   */
  crashBefore(step: string, options?: CrashOptions): void;
  /** The same once the body has ended, before that is recorded: the body runs again. */
  crashAfter(step: string, options?: CrashOptions): void;
  /**
   * Ends it: nothing happens in it any more, and what waits is rejected. An engine left open does no harm.
   * @throws Error when a crash that was asked for has never come
   */
  close(): Promise<void>;
}

/** What goes wrong with a call of a worker. */
export type CallFault = (action: string, body: string) => ProcessFault | undefined;

const DAY_MS = 86_400_000;
const LIMIT_MS = 400 * DAY_MS;

/**
 * Makes an engine for tests.
 * @throws InvalidArgumentError when there are no workflows or two share a name, for an option that there is not, a
 * duration that is none, or a `start` that is no time
 */
export const createTestEngine = (options: TestEngineOptions): Promise<TestEngine> =>
  engineWith(options);

/** The same, with calls that go wrong. */
export async function engineWith(
  options: TestEngineOptions,
  fault?: CallFault,
): Promise<TestEngine> {
  assertOptions("the test engine", options, ENGINE_OPTIONS);
  assertOptions("settings", options.settings, SETTINGS);
  assertWorkflows(options.workflows);
  const { workflows, start, seed = 1, settings, patience = "1s", limit = LIMIT_MS } = options;
  if (Number.isNaN(Number(start ?? 0))) {
    throw new InvalidArgumentError(
      `start is ${String(start)}; give a valid Date, or milliseconds since the epoch`,
    );
  }
  const clock = new VirtualClock(start === undefined ? undefined : Number(start));
  const steps = new StepCalls(() => clock.now(), parseDuration(patience));
  const workflowsOf = (process: Process) =>
    workflows.map((workflow) => instrumented(workflow, steps, process));
  let isClosed = false;
  const world = await World.create({
    clock,
    seed,
    workflows: workflowsOf(new Process("client")),
    workflowsOf,
    skipsIdleTime: true,
    stuckAfterMs: parseDuration(limit),
    realWork: () =>
      isClosed ? Promise.reject(new Error("the test engine is closed")) : steps.work(),
    ...(settings && { settings }),
    ...(fault && { fault: (_: number, action: string, body: string) => fault(action, body) }),
  });
  world.begin();
  const savepoint = drivenClient(world);
  const advance = async (duration: Duration) => advanceBy(world, parseDuration(duration));
  return {
    savepoint,
    logs: world.logs,
    now: () => clock.now(),
    start: (workflow, input, given) => savepoint.start(workflow, input, given),
    run: async (workflow, input, given) => (await savepoint.start(workflow, input, given)).result(),
    advance,
    async sleep(duration) {
      const ms = parseDuration(duration);
      const pass = () => new Promise<void>((resolve) => void clock.after(ms, resolve));
      await (steps.sleep(pass) ?? advance(ms));
    },
    until: (promise) => world.until(promise),
    mock(step, body, filter = {}) {
      assertOptions(`the mock of step "${step}"`, filter, { workflow: true });
      return steps.mock(step, body, filter);
    },
    calls(step, filter = {}) {
      assertOptions("calls", filter, { workflow: true });
      return steps.of(step, filter);
    },
    crashBefore: (step, given = {}) => crash(steps, "before", step, given),
    crashAfter: (step, given = {}) => crash(steps, "after", step, given),
    async close() {
      if (isClosed) return;
      isClosed = true;
      await world.end();
      steps.assertCrashed();
    },
  };
}

function assertWorkflows(workflows: unknown): void {
  if (Array.isArray(workflows)) return;
  throw new InvalidArgumentError(
    `a test engine needs workflows, and got ${typeof workflows}; give an array of those that runs are started of`,
  );
}

function crash(
  steps: StepCalls,
  when: "before" | "after",
  step: string,
  given: CrashOptions,
): void {
  assertOptions(`a crash ${when} step "${step}"`, given, { times: true, workflow: true });
  const { times = 1, ...filter } = given;
  steps.crash(when, step, filter, times);
}

/** Hints come a second after the time they are for, and later ones by the sweeper. */
const LATE_MS = 1_000;
const LATE_MAX_MS = 5 * 60_000;

async function advanceBy(world: World, ms: number): Promise<void> {
  const target = world.clock.now() + ms;
  await world.pass(ms);
  while (world.clock.now() <= target + LATE_MAX_MS) {
    await world.quiet();
    const open = await world.until(openRuns(world.store));
    const isLate = open.some(
      ({ status, dueAt }) =>
        (status === "waiting" || status === "queued") && dueAt !== undefined && dueAt <= target,
    );
    if (!isLate) return;
    await world.pass(LATE_MS);
  }
}
