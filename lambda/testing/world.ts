import type { SQSEvent } from "aws-lambda";
import { createSavepoint, type Savepoint } from "../client/savepoint.ts";
import type { EpochMs } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import { DEFAULT_SETTINGS } from "../engine/settings.ts";
import { sweep } from "../engine/sweeper.ts";
import { createBatchHandler } from "../engine/worker.ts";
import { type Workflow, workflowsByName } from "../engine/workflow.ts";
import type { Store } from "../store/store.ts";
import { createDynamoDB, type DynamoDB } from "../../localstack/embedded/dynamodb/dynamodb.ts";
import type { AwsJsonHandler } from "../../localstack/embedded/aws-json.ts";
import { type Mapping, startMapping } from "../../localstack/embedded/event-source-mapping.ts";
import type { Outcome } from "../../localstack/embedded/faults.ts";
import { createResources, HINT_QUEUE } from "../../localstack/embedded/resources.ts";
import { createSqs, type Sqs } from "../../localstack/embedded/sqs/sqs.ts";
import { Changes } from "./changes.ts";
import { deliveryPlanOf } from "./delivery.ts";
import { deploy, type ProcessDependencies, type Reaching } from "./deployment.ts";
import { type CallPlan, faultyHandler } from "./faulty-handler.ts";
import { collectingLog, type LoggedLine } from "./logs.ts";
import { openRuns } from "./open-runs.ts";
import { MINUTE_MS, nextMinute, Passage } from "./passage.ts";
import { Process, processClock } from "./process.ts";
import { IdleSandboxes, type Sandbox } from "./sandboxes.ts";
import { VirtualClock } from "./virtual-clock.ts";
import type { WorldOptions } from "./world-options.ts";

export type { WorldOptions } from "./world-options.ts";

/** Virtual time after which a world is stuck by default, milliseconds. */
const STUCK_MS = 6 * 3_600_000;
/** Longer than any test lets pass, milliseconds. */
const FOR_EVER_MS = 1e13;

const isWrite = ({ service, action }: Outcome): boolean =>
  service === "dynamodb" && !["GetItem", "BatchGetItem", "Query"].includes(action);

/**
 * A deployment in one process: the engine against the embedded DynamoDB and SQS, through the real
 * SDK where that is asked for, with virtual time, simulated worker processes and injected faults.
 */
export class World {
  readonly clock: VirtualClock;
  /** When it was made. */
  readonly startedAt: EpochMs;
  readonly dynamodb: DynamoDB;
  readonly sqs: Sqs;
  readonly savepoint: Savepoint;
  /** The store as a bystander sees it. */
  readonly store: Store;
  /** What the workers' processes did, in order. */
  readonly outcomes: Outcome[] = [];
  readonly processes: Process[] = [];
  readonly logs: LoggedLine[] = [];
  readonly log: Log = collectingLog(this.logs);
  /** Rings with each write. */
  readonly changes = new Changes();
  /** Calls of all workers. */
  calls = 0;
  invocations = 0;
  readonly options: WorldOptions;
  readonly #seed: number;
  /** The client's parts. */
  readonly #client: ProcessDependencies;
  readonly #idle = new IdleSandboxes();
  readonly #reaching: Reaching | undefined;
  /** Whose call the services are performing. */
  #caller = "";
  #mapping: Mapping | undefined;
  #sweeper: { readonly process: Process; readonly parts: ProcessDependencies } | undefined;
  #sweepers = 0;
  readonly #passage: Passage;
  #cancelTick: (() => void) | undefined;
  #clients = 0;

  private constructor(options: WorldOptions) {
    this.options = options;
    this.clock = options.clock ?? new VirtualClock();
    this.startedAt = this.clock.now();
    this.#seed = options.seed ?? 1;
    this.#reaching = options.throughSdk ? { calls: 0 } : undefined;
    this.#passage = new Passage({
      clock: this.clock,
      happened: () => this.outcomes.length + this.clock.scheduled,
      isComing: () => (this.#reaching?.calls ?? 0) > 0,
      realWork: options.realWork,
      beforeNext: () => this.#sweepsNext(),
      stuck: () => `the world is stuck after ${this.calls} calls (seed ${this.#seed})`,
    });
    const observe = (outcome: Outcome) => {
      this.outcomes.push(outcome);
      if (isWrite(outcome)) this.changes.ring();
    };
    const { indexLagMs } = options;
    this.dynamodb = createDynamoDB({
      clock: this.clock,
      faults: {
        observe,
        ...(indexLagMs && { indexLag: (_: string, index: string) => indexLagMs(index) }),
      },
    });
    let ids = 0;
    const delivery = deliveryPlanOf(options, this.#seed, () => this.#caller);
    this.sqs = createSqs({
      clock: this.clock,
      faults: { observe },
      newId: () => `id-${(ids += 1)}`,
      ...(delivery && { delivery }),
    });
    this.#client = this.#deployment(new Process("client"));
    this.store = this.#client.store;
    this.savepoint = createSavepoint(this.#client, workflowsByName(options.workflows));
  }

  static async create(options: WorldOptions): Promise<World> {
    const world = new World(options);
    await createResources(world.dynamodb, world.sqs, options.visibilitySeconds);
    return world;
  }

  /** A client in a process of its own. */
  clientOf(process: Process): Savepoint {
    const parts = this.#deployment(process, 500 + (this.#clients += 1));
    return createSavepoint(parts, parts.workflows);
  }

  /** Starts the mapping and the minute tick. */
  begin(): void {
    this.#mapping = startMapping({
      queues: this.sqs.queues,
      queueName: HINT_QUEUE,
      functionName: "worker",
      invoke: (_, event) => this.#invoke(event as SQSEvent),
      batchSize: 10,
      maxConcurrency: this.options.concurrency ?? 4,
      log: this.log,
      ...(this.options.skipsIdleTime && { waitMs: FOR_EVER_MS }),
    });
    this.#sweeper = this.#newSweeper();
    if (this.options.skipsIdleTime) return;
    const tick = () => {
      this.#sweep();
      this.#cancelTick = this.clock.after(MINUTE_MS, tick);
    };
    this.#cancelTick = this.clock.after(MINUTE_MS, tick);
  }

  #sweep(): void {
    const { aroundSweep = async (run) => void (await run()) } = this.options;
    if (!this.#sweeper || this.#sweeper.process.isDead) this.#sweeper = this.#newSweeper();
    const { parts } = this.#sweeper;
    const failed = (error: unknown) => this.log.error("the sweeper failed", { error });
    void aroundSweep(() => sweep(parts).catch(failed));
  }

  #newSweeper() {
    const process = new Process(`sweeper-${(this.#sweepers += 1)}`);
    return { process, parts: this.#deployment(process, 900 + this.#sweepers) };
  }

  /**
   * Lets time pass until `promise` settles; several may be waited for at once.
   * @param withinMs virtual time after which the world is stuck
   * @throws StuckError when it is
   */
  until<T>(promise: Promise<T>, withinMs = this.options.stuckAfterMs ?? STUCK_MS): Promise<T> {
    return this.#passage.until(promise, withinMs);
  }

  /** Skips to the next minute at which a sweep has something to do, if nothing else comes before. */
  async #sweepsNext(): Promise<boolean> {
    const { next = Number.POSITIVE_INFINITY } = this.clock;
    const minute = nextMinute(this.clock.now() + 1);
    if (!this.options.skipsIdleTime || !this.#mapping || next <= minute) return false;
    const checks = (await openRuns(this.store)).map(({ checkAt = 0 }) => checkAt);
    const at = nextMinute(Math.max(minute, Math.min(...checks)));
    if (checks.length === 0 || next <= at) return false;
    this.clock.skip(at - this.clock.now());
    this.#sweep();
    return true;
  }

  /** Lets everything happen that needs no time to pass. */
  quiet(): Promise<void> {
    return this.#passage.quiet();
  }

  /** Lets time pass, with everything that happens meanwhile. */
  async pass(ms: number): Promise<void> {
    await this.until(new Promise<void>((resolve) => this.clock.after(ms, resolve)), ms);
  }

  /** Jumps ahead in time: what was to happen meanwhile happens late, once. */
  async leap(ms: number): Promise<void> {
    this.clock.skip(ms);
    await this.pass(1);
  }

  /** Starts a run and lets time pass until it has finished; its output, or its error thrown. */
  async run<Given, Output>(
    workflow: Workflow<Given, Output>,
    input: Given,
    id = "run",
  ): Promise<Output> {
    if (!this.#mapping) this.begin();
    const finished = async () => (await this.savepoint.start(workflow, input, { id })).result();
    return this.until(finished());
  }

  /** Ends the mapping and the tick; runs go no further. */
  async end(): Promise<void> {
    this.#cancelTick?.();
    for (const process of this.processes) process.die();
    await this.#mapping?.stop();
    await this.sqs.close();
  }

  /** One Lambda invocation, in a warm process if there is one; a fault may end it. */
  async #invoke(event: SQSEvent) {
    this.invocations += 1;
    const code = this.options.code?.();
    const sandbox = this.#idle.take(code) ?? this.#coldStart(code);
    const { process, handle, clock } = sandbox;
    sandbox.thaw();
    const { invocationMs = 900_000, freezesIdle = false } = this.options;
    const endAt = clock.monotonic() + invocationMs;
    const time = { getRemainingTimeInMillis: () => endAt - clock.monotonic() };
    const timeout = this.clock.after(invocationMs, () => process.die());
    const outcome = await Promise.race([handle(event, time), process.death]);
    timeout();
    if (!process.isDead) this.#idle.keep(sandbox);
    if (freezesIdle) process.freeze(new Promise((resolve) => (sandbox.thaw = resolve)));
    return outcome === undefined
      ? ({ ok: false, errorType: "Runtime.ExitError", message: "the process died" } as const)
      : ({ ok: true, payload: JSON.stringify(outcome) } as const);
  }

  #coldStart(code: string | undefined): Sandbox {
    const process = new Process(`worker-${this.processes.length + 1}`);
    this.processes.push(process);
    const deployment = this.#deployment(process, this.processes.length, code);
    return {
      process,
      code,
      clock: deployment.clock,
      handle: createBatchHandler({ ...deployment, telemetry: this.options.telemetry }),
      thaw: () => undefined,
    };
  }

  #deployment(
    process: Process,
    number = this.processes.length,
    code?: string,
  ): ProcessDependencies {
    const { options, clock, log } = this;
    const isWorker = this.processes.includes(process);
    const plan: CallPlan = {
      clock,
      travelMs: options.travelMs,
      next: (action, body) => {
        if (!isWorker) return options.bystanderFault?.(action, body, process);
        this.calls += 1;
        return options.fault?.(this.calls, action, body, process);
      },
    };
    const through = (handler: AwsJsonHandler) =>
      faultyHandler(this.#watched(process.name, handler), process, plan);
    return deploy({
      name: process.name,
      seed: this.#seed * 1_000 + number,
      clock: processClock(clock, process, options.skewMs?.(process.name)),
      log,
      settings: {
        ...DEFAULT_SETTINGS,
        ...options.settings,
        ...(code !== undefined && { code }),
      },
      workflows: options.workflowsOf?.(process, code) ?? options.workflows,
      dynamodb: through(this.dynamodb.handler),
      sqs: through(this.sqs.handler),
      reaching: this.#reaching,
    });
  }

  #watched(process: string, handler: AwsJsonHandler): AwsJsonHandler {
    const { watch } = this.options;
    return async (request) => {
      this.#caller = process;
      if (!watch) return handler(request);
      // Whoever watches wants to see the item, whether its writer does or not.
      const body = request.body.replace('"ReturnValues":"NONE"', '"ReturnValues":"ALL_NEW"');
      const response = await handler({ ...request, body });
      const action = request.target.slice(request.target.indexOf(".") + 1);
      watch({ process, action, body, response });
      return response;
    };
  }
}
