import type { Duration, RemovalPolicy } from "aws-cdk-lib";
import type { ITable, WarmThroughput } from "aws-cdk-lib/aws-dynamodb";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { ILayerVersion } from "aws-cdk-lib/aws-lambda";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { RetentionDays } from "aws-cdk-lib/aws-logs";
import type { ISecret } from "aws-cdk-lib/aws-secretsmanager";
import type { BearerAuth } from "./bearer-auth.ts";
import type { Bundles } from "./bundles.ts";
import type { Schedule } from "./schedules/schedule.ts";

/** What a deployment is made of, and what may be chosen about it. */
export interface SavepointProps {
  /**
   * The module that exports the project's configuration, or its workflows: a path from the working folder.
   * Bundles that were made before are taken as they are.
   */
  readonly workflows: string | Bundles;
  /**
   * Runs that the clock starts, by the name of the schedule. A run is called `<name>@<time of the tick>`.
   * @default none
   */
  readonly schedules?: Readonly<Record<string, Schedule>>;
  /**
   * Who may call the API: `{ tokens: true }` for whoever has one of the bearer tokens whose hashes are in a
   * secret of its own, `{ jwt: { issuer, audience } }` for whoever has a JSON Web Token of that issuer.
   * @default whoever signs requests with AWS keys that may (SigV4); see `grantCall`
   */
  readonly auth?: BearerAuth;
  /**
   * Whether callback tokens can be completed by anybody who has one: `POST /tokens/{token}` is then open, and
   * nothing else is.
   * @default false - whoever completes a token needs what any other request needs
   */
  readonly publicTokens?: boolean;
  /**
   * Requests a second that the whole API takes.
   * @default 100
   */
  readonly requestsPerSecond?: number;
  /**
   * Requests that it takes at once above that.
   * @default 200
   */
  readonly requestsBurst?: number;
  /**
   * Web pages of other sites that may call the API, as `https://app.example.com`.
   * @default none: no page may, other programs are not asked where they come from
   */
  readonly corsOrigins?: readonly string[];

  /**
   * A table of Savepoint's that is there already: one that has stayed, or was restored. No other deployment may use it.
   * @default the deployment has one of its own
   */
  readonly table?: ITable;
  /**
   * What becomes of the table, and of every run in it, when the construct is deleted.
   * @default RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE - it stays in the account and costs its storage; the empty
   * one of a first deployment that failed does not, unless `deletionProtection` is set
   */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * Whether DynamoDB refuses to delete the table, whoever asks; with RemovalPolicy.DESTROY the stack, too, which
   * then fails to be deleted.
   * @default false
   */
  readonly deletionProtection?: boolean;
  /**
   * Whether the table can be restored to any second of the last 35 days, for the price of its size again.
   * @default true
   */
  readonly pointInTimeRecovery?: boolean;
  /**
   * Key that the table is encrypted with.
   * @default a key that belongs to DynamoDB, which costs nothing and needs no rights
   */
  readonly encryptionKey?: IKey;
  /**
   * Reads and writes a second that the table, and each of its three indexes, takes from its first minute on.
   * @default DynamoDB's own: 12,000 read and 4,000 write units a second
   */
  readonly warmThroughput?: WarmThroughput;

  /**
   * Memory of a worker, megabytes, 128 to 10,240. Its processor grows with it: one whole at 1,769.
   * @default 1024
   */
  readonly memoryMb?: number;
  /**
   * Longest invocation of a worker; a step can take no longer. At most 15 minutes, which is Lambda's own limit.
   * @default 15 minutes
   */
  readonly timeout?: Duration;
  /**
   * Workers at a time, 2 to 1,000. It costs nothing while there is nothing to do.
   * @default 50
   */
  readonly maxConcurrency?: number;
  /**
   * Runs that one worker may be given at once, 1 to 10.
   * @default 10
   */
  readonly batchSize?: number;
  /**
   * How long a worker may be silent before another takes its run over. Shorter recovers sooner and costs
   * more: a heartbeat is a write each third of it.
   * @default 30 seconds
   */
  readonly lease?: Duration;
  /**
   * Time kept free at the end of an invocation to give runs back.
   * @default 5 seconds
   */
  readonly deadlineMargin?: Duration;
  /**
   * Further variables for worker, API and sweeper, each of which loads the module of the configuration. No secret
   * belongs here: whoever may describe a function reads them.
   * @default none
   */
  readonly environment?: Readonly<Record<string, string>>;

  /**
   * Lambda layers of worker, API and sweeper, up to five, such as one that registers an OpenTelemetry provider. They
   * must be for arm64 and Node 24. Where there are some, `environment` may have `AWS_LAMBDA_EXEC_WRAPPER`.
   * @default none
   */
  readonly layers?: readonly ILayerVersion[];

  /**
   * The secret with the key of the OpenAI API, for the research agent. Its text is the key alone. The worker
   * reads it when it needs it, at most each five minutes.
   * @default none: no function has a key
   */
  readonly openAiSecret?: ISecret;

  /**
   * How long logs are kept.
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: RetentionDays;
  /**
   * Is told when an alarm goes off, and when it is over.
   * @default nobody is told; the alarms are there to be looked at
   */
  readonly alarmTopic?: ITopic;
}
