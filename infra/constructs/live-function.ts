import { type Duration, RemovalPolicy } from "aws-cdk-lib";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import {
  Alias,
  Architecture,
  Code,
  Function,
  type IFunction,
  type ILayerVersion,
  type IVersion,
  RecursiveLoop,
  Runtime,
} from "aws-cdk-lib/aws-lambda";
import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";

/** What any function is made of. */
export interface LiveFunctionProps {
  /** Folder of its bundle; `index.mjs` exports `handler`. */
  readonly directory: string;
  readonly timeout: Duration;
  readonly memoryMb: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly logRetention: RetentionDays;
  /** Layers below its code. Default: none. */
  readonly layers?: readonly ILayerVersion[];
  /** Whether what it sends comes back to it. Default: it does not. */
  readonly callsItself?: boolean;
}

/**
 * One Lambda function with a log and a role of its own, and the alias `live` that it is called by. The role is
 * written out because the managed policy that CDK would attach lets a function write to every log group of the
 * account.
 */
export class LiveFunction extends Construct {
  readonly handler: Function;
  readonly role: Role;
  /** Those below its code. */
  readonly layers: readonly ILayerVersion[];
  /** Points at the version that was deployed last, until somebody points it back. */
  readonly alias: IFunction;

  constructor(scope: Construct, id: string, props: LiveFunctionProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, "Logs", {
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, "Role", {
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
    });
    logGroup.grantWrite(this.role);
    this.layers = props.layers ?? [];
    this.handler = new Function(this, "Function", {
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(props.directory),
      handler: "index.handler",
      timeout: props.timeout,
      memorySize: props.memoryMb,
      role: this.role,
      logGroup,
      layers: [...this.layers],
      recursiveLoop: props.callsItself === true ? RecursiveLoop.ALLOW : RecursiveLoop.TERMINATE,
      // A version that is no longer deployed stays, to be rolled back to; a pruner deletes the oldest. One of a
      // deployment that fails goes: with it there, a second try would be refused, since Lambda publishes the same
      // code once ("A version for this Lambda function exists").
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE },
      environment: { NODE_OPTIONS: "--enable-source-maps", ...props.environment },
    });
    // The library's classes do not fit its own interfaces where undefined is told from absent.
    const version = this.handler.currentVersion as IVersion;
    this.alias = new Alias(this, "Live", { aliasName: "live", version }) as IFunction;
  }
}
