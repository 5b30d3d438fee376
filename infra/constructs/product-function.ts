import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Architecture, Code, Function, RecursiveLoop, Runtime } from "aws-cdk-lib/aws-lambda";
import type { Table } from "aws-cdk-lib/aws-dynamodb";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { ENV } from "../../lambda/core/environment.ts";
import { statementsFor } from "../access.ts";
import type { FunctionDescriptor } from "../descriptor.ts";
import type { Hints } from "./hints.ts";

/** A function's code, bundled and ready to be uploaded. */
export interface Bundle {
  /** Folder whose files are uploaded as they are; `index.mjs` exports `handler`. */
  readonly directory: string;
  /** SHA-256 of `index.mjs`, hex. */
  readonly sha256: string;
}

/** What a function of the product is made of. */
export interface ProductFunctionProps {
  readonly descriptor: FunctionDescriptor;
  readonly bundle: Bundle;
  readonly table: Table;
  readonly hints: Hints;
}

/**
 * One Lambda function with a role of its own. The role is written out because the managed policy
 * that CDK would attach lets a function write to every log group of the account.
 */
export class ProductFunction extends Construct {
  readonly handler: Function;

  constructor(scope: Construct, id: string, props: ProductFunctionProps) {
    super(scope, id);
    const { descriptor, bundle, table, hints } = props;
    const logGroup = new LogGroup(this, "Logs", {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, "Role", {
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
    });
    logGroup.grantWrite(role);
    const { tableArn } = table;
    for (const statement of statementsFor(descriptor.access, {
      tableArn,
      queueArn: hints.queue.queueArn,
    })) {
      role.addToPolicy(statement);
    }
    this.handler = new Function(this, "Function", {
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(bundle.directory),
      handler: "index.handler",
      timeout: Duration.seconds(descriptor.timeoutSeconds),
      memorySize: descriptor.memoryMb,
      role,
      logGroup,
      recursiveLoop: descriptor.callsItself ? RecursiveLoop.ALLOW : RecursiveLoop.TERMINATE,
      environment: {
        [ENV.table]: table.tableName,
        [ENV.queueUrl]: hints.queue.queueUrl,
        [ENV.code]: bundle.sha256,
      },
    });
  }
}
