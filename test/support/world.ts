import { AsyncLocalStorage } from "node:async_hooks";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { SQSEvent } from "aws-lambda";
import { createSavepoint, type Savepoint } from "../../lambda/client/savepoint.ts";
import type { Log } from "../../lambda/core/log.ts";
import type { EngineDependencies, Whereabouts } from "../../lambda/engine/dependencies.ts";
import { DEFAULT_SETTINGS } from "../../lambda/engine/settings.ts";
import { sweep } from "../../lambda/engine/sweeper.ts";
import { createBatchHandler } from "../../lambda/engine/worker.ts";
import { type Workflow, workflowsByName } from "../../lambda/engine/workflow.ts";
import { openHints } from "../../lambda/queue/hints.ts";
import { openStore } from "../../lambda/store/store.ts";
import { createDynamoDB, type DynamoDB } from "../../localstack/embedded/dynamodb/dynamodb.ts";
import type { AwsJsonHandler } from "../../localstack/embedded/aws-json.ts";
import { type Mapping, startMapping } from "../../localstack/embedded/event-source-mapping.ts";
import type { Outcome } from "../../localstack/embedded/faults.ts";
import { createResources, HINT_QUEUE, TABLE_NAME } from "../../localstack/embedded/resources.ts";
import { inProcessHandler } from "../../localstack/embedded/sdk-handler.ts";
import { unreliableDelivery } from "../../localstack/embedded/sqs/delivery-plan.ts";
import { createSqs, type Sqs } from "../../localstack/embedded/sqs/sqs.ts";
import { createProcess, faultyHandler, type Process } from "./faulty-handler.ts";
import { seededIds, seededRandom } from "./seeded-ids.ts";
import { VirtualClock } from "./virtual-clock.ts";
import type { WorldOptions } from "./world-options.ts";

export type { WorldOptions };

// One for all worlds: Node carries every storage there is from promise to promise.
const where = new AsyncLocalStorage<Whereabouts>();

/** A process that is warm: it keeps its clients from one invocation to the next. */
interface Sandbox {
  readonly process: Process;
  readonly handle: ReturnType<typeof createBatchHandler>;
}

/** Virtual time after which a world that has not come to an end is stuck, milliseconds. */
const STUCK_MS = 6 * 3_600_000;
/** Macrotask turns without a call or a timer after which all is quiet. */
const QUIET_TURNS = 12;

/**
 * A deployment in one process: the engine against the embedded DynamoDB and SQS, through the real
 * SDK, with virtual time, simulated worker processes and injected faults.
 */
export class World {
  readonly clock = new VirtualClock();
  readonly dynamodb: DynamoDB;
  readonly sqs: Sqs;
  readonly savepoint: Savepoint;
  /** The store as a bystander sees it. */
  readonly store: EngineDependencies["store"];
  /** What the workers' processes did, in order. */
  readonly outcomes: Outcome[] = [];
  readonly processes: Process[] = [];
  readonly logs: { level: string; message: string; fields: object }[] = [];
  /** Calls of all workers. */
  calls = 0;
  invocations = 0;
  readonly options: WorldOptions;
  readonly #seed: number;
  /** The client's and the sweeper's parts: nothing goes wrong with their calls. */
  readonly #bystander: EngineDependencies;
  readonly #idle: Sandbox[] = [];
  /** Calls on their way through the SDK, which reads its configuration from disk at first. */
  #reaching = 0;
  #mapping: Mapping | undefined;
  #cancelTick: (() => void) | undefined;

  private constructor(options: WorldOptions) {
    this.options = options;
    this.#seed = options.seed ?? 1;
    const observe = (outcome: Outcome) => void this.outcomes.push(outcome);
    const { deliver } = options;
    this.dynamodb = createDynamoDB({ clock: this.clock, faults: { observe } });
    let ids = 0;
    this.sqs = createSqs({
      clock: this.clock,
      faults: { observe },
      newId: () => `id-${(ids += 1)}`,
      ...(deliver && {
        delivery: { copies: (body: string) => (deliver(body) ? [0] : []), next: () => 0 },
      }),
      ...(options.delivery && {
        delivery: unreliableDelivery(seededRandom(this.#seed), options.delivery),
      }),
    });
    this.#bystander = this.#deployment("client", (handler) => handler);
    this.store = this.#bystander.store;
    this.savepoint = createSavepoint(this.#bystander, workflowsByName(options.workflows));
  }

  static async create(options: WorldOptions): Promise<World> {
    const world = new World(options);
    await createResources(world.dynamodb, world.sqs, options.visibilitySeconds);
    return world;
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
    });
    const tick = () => {
      const { aroundSweep = async (run) => void (await run()) } = this.options;
      void aroundSweep(() => sweep(this.#bystander));
      this.#cancelTick = this.clock.after(60_000, tick);
    };
    this.#cancelTick = this.clock.after(60_000, tick);
  }

  /** Lets time pass until `promise` settles. Throws when the world is stuck. */
  async until<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    promise.then(
      () => (isSettled = true),
      () => (isSettled = true),
    );
    const end = this.clock.monotonic() + STUCK_MS;
    for (;;) {
      await this.quiet();
      if (isSettled) return promise;
      if (this.clock.monotonic() > end || !this.clock.fireNext()) {
        throw new Error(`the world is stuck after ${this.calls} calls (seed ${this.#seed})`);
      }
    }
  }

  /** Lets everything happen that needs no time to pass. */
  async quiet(): Promise<void> {
    let seen = -1;
    for (let turns = 0; turns < QUIET_TURNS; turns += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      const happened = this.outcomes.length + this.clock.scheduled;
      if (happened !== seen || this.#reaching > 0) turns = 0;
      seen = happened;
    }
  }

  /** Lets time pass, with everything that happens meanwhile. */
  async pass(ms: number): Promise<void> {
    await this.until(new Promise<void>((resolve) => this.clock.after(ms, resolve)));
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

  readonly log: Log = {
    debug: (message, fields) => this.#note("debug", message, fields),
    info: (message, fields) => this.#note("info", message, fields),
    warn: (message, fields) => this.#note("warn", message, fields),
    error: (message, fields) => this.#note("error", message, fields),
  };

  #note(level: string, message: string, fields: object = {}): void {
    this.logs.push({ level, message, fields });
  }

  /** One Lambda invocation, in a warm process if there is one; a fault may end it. */
  async #invoke(event: SQSEvent) {
    this.invocations += 1;
    const { process, handle } = this.#idle.pop() ?? this.#coldStart();
    const { invocationMs = 900_000 } = this.options;
    const endAt = this.clock.monotonic() + invocationMs;
    const time = { getRemainingTimeInMillis: () => endAt - this.clock.monotonic() };
    const timeout = this.clock.after(invocationMs, () => process.die());
    const outcome = await Promise.race([handle(event, time), process.death]);
    timeout();
    // Kept warm, unless other code may be deployed meanwhile.
    if (!process.isDead && !this.options.code) this.#idle.push({ process, handle });
    return outcome === undefined
      ? ({ ok: false, errorType: "Runtime.ExitError", message: "the process died" } as const)
      : ({ ok: true, payload: JSON.stringify(outcome) } as const);
  }

  #coldStart(): Sandbox {
    const process = createProcess(`worker-${this.processes.length + 1}`);
    this.processes.push(process);
    const deployment = this.#deployment(process.name, (handler) =>
      faultyHandler(handler, process, {
        clock: this.clock,
        next: (action, body) => {
          this.calls += 1;
          return this.options.fault?.(this.calls, action, body);
        },
      }),
    );
    return { process, handle: createBatchHandler(deployment) };
  }

  #deployment(
    name: string,
    through: (handler: AwsJsonHandler) => AwsJsonHandler,
  ): EngineDependencies {
    const ids = seededIds(this.#seed * 1_000 + this.processes.length);
    const aws = {
      region: "us-east-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      maxAttempts: 1,
      cacheMiddleware: true,
    };
    const dynamodb = this.#counted(
      new DynamoDBClient({
        ...aws,
        requestHandler: inProcessHandler(this.#reached(through(this.dynamodb.handler))),
      }),
    );
    const sqs = this.#counted(
      new SQSClient({
        ...aws,
        requestHandler: inProcessHandler(this.#reached(through(this.sqs.handler))),
        useQueueUrlAsEndpoint: false,
      }),
    );
    return {
      clock: this.clock,
      ids: { ...ids, nonce: () => `${name}.${ids.nonce()}` },
      log: this.log,
      store: openStore({ client: dynamodb, table: TABLE_NAME, clock: this.clock, ids }),
      hints: openHints(sqs, `http://sqs.localhost/000000000000/${HINT_QUEUE}`),
      settings: {
        ...DEFAULT_SETTINGS,
        ...this.options.settings,
        ...(this.options.code && { code: this.options.code() }),
      },
      workflows: workflowsByName(this.options.workflows),
      where,
    };
  }

  #counted<C extends DynamoDBClient | SQSClient>(client: C): C {
    // The stacks take the same middleware, but their types have nothing in common.
    const { middlewareStack } = client as unknown as DynamoDBClient;
    middlewareStack.add(
      (next) => (args) => {
        this.#reaching += 1;
        return next(args);
      },
      { step: "initialize", priority: "high" },
    );
    return client;
  }

  #reached(handler: AwsJsonHandler): AwsJsonHandler {
    return (request) => {
      this.#reaching -= 1;
      return handler(request);
    };
  }
}
