import { Duration } from "aws-cdk-lib";
import type { ITable } from "aws-cdk-lib/aws-dynamodb";
import { type IGrantable, PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { IFunction, ILayerVersion } from "aws-cdk-lib/aws-lambda";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import type { ISecret } from "aws-cdk-lib/aws-secretsmanager";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { ENV } from "../lambda/core/environment.ts";
import { allow, keyStatement, statementsFor } from "./access.ts";
import { type Bundles, bundleOf, bundlesOf, ownBundle } from "./bundles.ts";
import { AUTHORIZER_ENTRY, BearerAuthorizer, readSecret } from "./constructs/bearer-authorizer.ts";
import { Alarms } from "./constructs/alarms.ts";
import { Hints } from "./constructs/hints.ts";
import { HttpApi } from "./constructs/http-api.ts";
import type { LiveFunction } from "./constructs/live-function.ts";
import { ProductFunction, type ProductFunctionProps } from "./constructs/product-function.ts";
import { Release } from "./constructs/release.ts";
import { tableOf } from "./constructs/state.ts";
import { Ticks } from "./constructs/ticks.ts";
import { VersionPruner } from "./constructs/version-pruner.ts";
import { assertEnvironment } from "./function-environment.ts";
import { type Access, descriptor, type FunctionName } from "./descriptor.ts";
import { assertFunctionLimits, type WorkerLimits } from "./limits.ts";
import type { SavepointProps } from "./savepoint-props.ts";
import { workerSettings } from "./worker-settings.ts";

/** A function of the project's own that works with runs. */
export interface WorkflowFunctionProps {
  /** Source file that exports `handler`, from the working folder. */
  readonly entry: string;
  /** @default 30 seconds */
  readonly timeout?: Duration;
  /** Megabytes. @default 256 */
  readonly memoryMb?: number;
  /** Further variables; no secret belongs here. @default none */
  readonly environment?: Readonly<Record<string, string>>;
}

/** What a client needs to look at runs; to start them, and to send, cancel, resume and fork. */
const READ: readonly Access[] = ["table:get", "table:query", "lists:query"];
const START: readonly Access[] = [...READ, "table:write", "hints:send"];

/**
 * Everything that durable workflows need in an account: a table, a queue, and three functions behind an API
 * and a clock. Nothing of it runs while there is nothing to do, but for the sweeper's tick once a minute.
 *
 * Every function answers under the alias `live`; the last versions that it had before stay, so that it can be
 * pointed back at one of them at once. A function of its own deletes older ones once a day.
 */
export class Savepoint extends Construct {
  readonly table: ITable;
  readonly queue: Queue;
  readonly deadLetters: Queue;
  readonly http: HttpApi;
  readonly worker: IFunction;
  readonly api: IFunction;
  readonly sweeper: IFunction;
  readonly ticks: Ticks;
  /** Lets callers in where bearer tokens are taken; `auth.tokens` is the secret of their hashes. */
  readonly auth: BearerAuthorizer | undefined;
  readonly alarms: Alarms;
  readonly #hints: Hints;
  readonly #logRetention: RetentionDays;
  readonly #pruner: VersionPruner;
  readonly #layers: readonly ILayerVersion[] | undefined;
  readonly #release = new Release();

  /** @throws Error when limits do not agree or a property cannot be what it is; esbuild's BuildFailure */
  constructor(scope: Construct, id: string, props: SavepointProps) {
    super(scope, id);
    const settings = workerSettings(props);
    const { workflows } = props;
    const bundles: Bundles = typeof workflows === "string" ? bundlesOf(this, workflows) : workflows;
    this.#logRetention = props.logRetention ?? RetentionDays.ONE_MONTH;
    this.#layers = props.layers;
    this.#pruner = new VersionPruner(this, "Versions", this.#logRetention);
    this.table = tableOf(this, props);
    this.#hints = new Hints(this, "Hints", settings.visibilityMs);
    this.queue = this.#hints.queue;
    this.deadLetters = this.#hints.deadLetters;

    // The module of the configuration is loaded by each of the three, and may read it at import.
    const { environment = {}, corsOrigins = [] } = props;
    const hasLayers = (props.layers ?? []).length > 0;
    assertEnvironment(environment, { advice: "and give openAiSecret", hasLayers });
    this.worker = this.#worker(bundles, settings, environment, props.openAiSecret);
    this.api = this.#function("ApiHandler", "api", bundles, {
      environment: {
        ...environment,
        ...(corsOrigins.length > 0 && { [ENV.corsOrigins]: corsOrigins.join(",") }),
      },
    });
    this.sweeper = this.#function("Sweeper", "sweeper", bundles, { environment });
    this.auth =
      props.auth &&
      new BearerAuthorizer(this, "Auth", {
        auth: props.auth,
        directory: ownBundle(AUTHORIZER_ENTRY).directory,
        logRetention: this.#logRetention,
        ...(props.removalPolicy && { removalPolicy: props.removalPolicy }),
      });
    if (this.auth) this.#serve(this.auth.function);
    this.http = new HttpApi(this, "Http", {
      handler: this.api,
      publicTokens: props.publicTokens ?? false,
      requestsPerSecond: props.requestsPerSecond ?? 100,
      requestsBurst: props.requestsBurst ?? 200,
      corsOrigins,
      authorizer: this.auth?.authorizer,
    });
    this.ticks = new Ticks(this, "Ticks", this.sweeper, props.schedules ?? {});
    this.alarms = new Alarms(this, "Alarms", {
      table: this.table,
      hints: this.#hints,
      functions: { worker: this.worker, api: this.api, sweeper: this.sweeper },
      restApi: this.http.restApi,
      sweep: this.ticks.sweep,
      pruner: this.#pruner.alias,
      authorizer: this.auth?.function.alias,
      topic: props.alarmTopic,
    });
  }

  /** Base URL of the API. */
  get apiUrl(): string {
    return this.http.restApi.url;
  }

  /**
   * Names of the functions that are rolled back together: worker, API, sweeper, the authorizer if there is one, and
   * those of `addWorkflowFunction`; read it when all are added.
   */
  get functionNames(): readonly string[] {
    return this.#release.functionNames;
  }

  /**
   * Allows to start runs, and to do to them whatever a client can but delete them.
   * @throws Error when the grantee has no policy of its own, such as a whole account, or is of another account
   */
  grantStart(grantee: IGrantable): void {
    this.#grant(grantee, START);
  }

  /**
   * Allows to call every route of the API, where requests are signed.
   * @throws Error when the grantee has no policy of its own or is of another account, or callers bear tokens
   */
  grantCall(grantee: IGrantable): void {
    if (this.auth) {
      throw new Error(
        "grantCall lets nobody in where auth is given: requests are not signed then, and callers bear tokens",
      );
    }
    const { restApi } = this.http;
    const everyRoute = restApi.arnForExecuteApi("*", "/*", restApi.deploymentStage.stageName);
    allow(
      this,
      grantee,
      new PolicyStatement({ actions: ["execute-api:Invoke"], resources: [everyRoute] }),
    );
  }

  /**
   * Allows to look at runs.
   * @throws Error when the grantee has no policy of its own, such as a whole account, or is of another account
   */
  grantRead(grantee: IGrantable): void {
    this.#grant(grantee, READ);
  }

  /**
   * Adds a function of the project's own that works with runs, such as a webhook that starts them: bundled, rolled
   * back and watched like the others, told where `connect()` finds the deployment, and granted what `grantStart`
   * grants.
   * @throws Error when timeout or memory are not Lambda's, or a key is in the environment; esbuild's BuildFailure
   */
  addWorkflowFunction(id: string, props: WorkflowFunctionProps): IFunction {
    const { entry, timeout = Duration.seconds(30), memoryMb = 256, environment = {} } = props;
    assertFunctionLimits(id, { timeoutMs: timeout.toMilliseconds(), memoryMb });
    const advice = "that it may read, and read it by secret(id)";
    assertEnvironment(environment, { advice, hasLayers: false });
    const scope = new Construct(this, id);
    const { alias } = this.#live(scope, "Function", {
      bundle: bundleOf(scope, entry),
      access: START,
      callsItself: false,
      timeout,
      memoryMb,
      environment,
    });
    this.alarms.watch(scope, alias);
    return alias;
  }

  /** The worker, fed by the queue; it alone may read the key for OpenAI. */
  #worker(
    bundles: Bundles,
    settings: WorkerLimits,
    environment: Readonly<Record<string, string>>,
    openAiSecret: ISecret | undefined,
  ): IFunction {
    const worker = this.#function("Worker", "worker", bundles, {
      timeout: Duration.millis(settings.timeoutMs),
      memoryMb: settings.memoryMb,
      environment: {
        ...environment,
        ...(openAiSecret && { [ENV.openaiSecret]: completeArn(openAiSecret) }),
        [ENV.metrics]: "emf",
        [ENV.leaseMs]: String(settings.leaseMs),
        [ENV.deadlineMarginMs]: String(settings.deadlineMarginMs),
      },
    });
    worker.addEventSourceMapping("Hints", {
      eventSourceArn: this.queue.queueArn,
      batchSize: settings.batchSize,
      maxConcurrency: settings.maxConcurrency,
      reportBatchItemFailures: true,
    });
    if (openAiSecret) {
      worker.grantPrincipal.addToPrincipalPolicy(readSecret(completeArn(openAiSecret)));
      openAiSecret.encryptionKey?.grantDecrypt(worker);
    }
    return worker;
  }

  #function(
    id: string,
    role: FunctionName,
    bundles: Bundles,
    chosen: Partial<Pick<WorkflowFunctionProps, "timeout" | "memoryMb" | "environment">> = {},
  ): IFunction {
    const { access, callsItself, timeoutSeconds, memoryMb } = descriptor.functions[role];
    return this.#live(this, id, {
      bundle: bundles[role],
      access,
      callsItself,
      timeout: chosen.timeout ?? Duration.seconds(timeoutSeconds),
      memoryMb: chosen.memoryMb ?? memoryMb,
      environment: chosen.environment ?? {},
      ...(this.#layers && { layers: this.#layers }),
    }).alias;
  }

  /** A function that works with runs. */
  #live(
    scope: Construct,
    id: string,
    made: Omit<ProductFunctionProps, "table" | "hints" | "logRetention">,
  ): ProductFunction {
    const live = new ProductFunction(scope, id, {
      ...made,
      table: this.table,
      hints: this.#hints,
      logRetention: this.#logRetention,
    });
    this.#serve(live);
    return live;
  }

  /** Has a function's versions made with those of the others, and pruned. */
  #serve(live: LiveFunction): void {
    this.#release.add(live);
    this.#pruner.add(live);
  }

  #grant(grantee: IGrantable, access: readonly Access[]): void {
    const targets = { tableArn: this.table.tableArn, queueArn: this.queue.queueArn };
    for (const statement of statementsFor(access, targets)) allow(this, grantee, statement);
    const { encryptionKey } = this.table;
    if (encryptionKey) allow(this, grantee, keyStatement(encryptionKey, access));
  }
}

/** Without its random end, a secret's ARN could be allowed by a wildcard only. */
function completeArn({ secretName, secretFullArn }: ISecret): string {
  if (secretFullArn !== undefined) return secretFullArn;
  throw new Error(
    `openAiSecret is "${secretName}" without the end of its ARN; give Secret.fromSecretCompleteArn(…), or the secret itself`,
  );
}
