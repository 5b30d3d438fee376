import { CfnOutput, RemovalPolicy, Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { descriptor, type FunctionName } from "./descriptor.ts";
import { Hints } from "./constructs/hints.ts";
import { HttpApi } from "./constructs/http-api.ts";
import { type Bundle, ProductFunction } from "./constructs/product-function.ts";
import { State } from "./constructs/state.ts";
import { Ticks } from "./constructs/ticks.ts";
import { EXAMPLE, type PeriodicResearch } from "./periodic-research.ts";

/** What a deployment is made of, and what may be chosen about it. */
export interface SavepointStackProps extends StackProps {
  /** The code of each function. */
  readonly bundles: Readonly<Record<FunctionName, Bundle>>;
  /**
   * What becomes of the table, and of every run in it, when the stack is deleted.
   * @default RemovalPolicy.RETAIN - the table stays in the account and costs its storage
   */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * Whether DynamoDB refuses to delete the table, whoever asks.
   * @default false - whoever may delete tables may delete it
   */
  readonly deletionProtection?: boolean;
  /**
   * Whether callback tokens can be completed without a signature: `POST /tokens/{token}` is then open to
   * everybody, and nothing else is.
   * @default false - whoever completes a token signs the request, as any other
   */
  readonly publicTokens?: boolean;
  /**
   * The research run that the clock starts.
   * @default EXAMPLE - a weekly one, deployed but switched off
   */
  readonly periodicResearch?: PeriodicResearch;
}

/**
 * Everything Savepoint needs in an account. Nothing of it runs while there is nothing to do, except
 * for the sweeper's tick once a minute.
 *
 * No secret is part of it: functions get no key for a model, so research runs started here use the
 * extractive model. A key belongs into Secrets Manager, never into a function's environment, which
 * anyone who may describe the function can read.
 */
export class SavepointStack extends Stack {
  readonly state: State;
  readonly hints: Hints;
  readonly http: HttpApi;
  readonly ticks: Ticks;

  constructor(scope: Construct, id: string, props: SavepointStackProps) {
    super(scope, id, props);
    this.state = new State(this, "State", {
      removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN,
      deletionProtection: props.deletionProtection ?? false,
    });
    this.hints = new Hints(this, "Hints");
    const handlerOf = (name: FunctionName, constructId: string) =>
      new ProductFunction(this, constructId, {
        descriptor: descriptor.functions[name],
        bundle: props.bundles[name],
        table: this.state.table,
        hints: this.hints,
      }).handler;

    const { batchSize, maxConcurrency } = descriptor.hints;
    handlerOf("worker", "Worker").addEventSourceMapping("Hints", {
      eventSourceArn: this.hints.queue.queueArn,
      batchSize,
      maxConcurrency,
      reportBatchItemFailures: true,
    });
    this.http = new HttpApi(this, "Http", {
      handler: handlerOf("api", "ApiHandler"),
      publicTokens: props.publicTokens ?? false,
    });
    const sweeper = handlerOf("sweeper", "Sweeper");
    this.ticks = new Ticks(this, "Ticks", sweeper, props.periodicResearch ?? EXAMPLE);

    this.output("ApiUrl", this.http.restApi.url);
    this.output("TableName", this.state.table.tableName);
    this.output("QueueUrl", this.hints.queue.queueUrl);
    this.output("DeadLetterQueueUrl", this.hints.deadLetters.queueUrl);
  }

  private output(name: string, value: string): CfnOutput {
    return new CfnOutput(this, name, { value });
  }
}
