import { type Duration, RemovalPolicy } from "aws-cdk-lib";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import {
  Alias,
  Architecture,
  Code,
  Function,
  type IFunction,
  type IVersion,
  RecursiveLoop,
  Runtime,
} from "aws-cdk-lib/aws-lambda";
import type { Table } from "aws-cdk-lib/aws-dynamodb";
import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { ENV } from "../../lambda/core/environment.ts";
import { statementsFor } from "../access.ts";
import type { Bundle } from "../bundles.ts";
import type { Access } from "../descriptor.ts";
import type { Hints } from "./hints.ts";

/** What a function of the product is made of. */
export interface ProductFunctionProps {
  readonly bundle: Bundle;
  /** What it may do. */
  readonly access: readonly Access[];
  /** Whether the hints that it sends come back to it. */
  readonly callsItself: boolean;
  readonly timeout: Duration;
  readonly memoryMb: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly table: Table;
  readonly hints: Hints;
  readonly logRetention: RetentionDays;
}

/**
 * One Lambda function with a role of its own, and the alias `live` that it is called by. The role is written
 * out because the managed policy that CDK would attach lets a function write to every log group of the account.
 */
export class ProductFunction extends Construct {
  readonly handler: Function;
  /** Points at the version that was deployed last, until somebody points it back. */
  readonly alias: IFunction;

  constructor(scope: Construct, id: string, props: ProductFunctionProps) {
    super(scope, id);
    const { bundle, table, hints } = props;
    const logGroup = new LogGroup(this, "Logs", {
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, "Role", {
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
    });
    logGroup.grantWrite(role);
    const targets = { tableArn: table.tableArn, queueArn: hints.queue.queueArn };
    for (const statement of statementsFor(props.access, targets)) role.addToPolicy(statement);
    table.encryptionKey?.grantEncryptDecrypt(role);
    this.handler = new Function(this, "Function", {
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(bundle.directory),
      handler: "index.handler",
      timeout: props.timeout,
      memorySize: props.memoryMb,
      role,
      logGroup,
      recursiveLoop: props.callsItself ? RecursiveLoop.ALLOW : RecursiveLoop.TERMINATE,
      // A version that is no longer deployed stays, to be rolled back to.
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
      environment: {
        NODE_OPTIONS: "--enable-source-maps",
        ...props.environment,
        [ENV.table]: table.tableName,
        [ENV.queueUrl]: hints.queue.queueUrl,
        [ENV.code]: bundle.sha256,
      },
    });
    // The library's classes do not fit its own interfaces where undefined is told from absent.
    const version = this.handler.currentVersion as IVersion;
    this.alias = new Alias(this, "Live", { aliasName: "live", version }) as IFunction;
  }
}
