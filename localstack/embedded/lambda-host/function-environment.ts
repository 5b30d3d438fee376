import { ACCOUNT } from "../sqs/queue-attributes.ts";

/** A function as the host runs it. */
export interface FunctionDefinition {
  /** Folder with the bundle, `index.mjs`, which exports `handler`. */
  readonly directory: string;
  /** Milliseconds after which an invocation is killed. */
  readonly timeoutMs: number;
  readonly memoryMb: number;
  /** Configured variables: all that the handler gets beside what Lambda gives. */
  readonly environment: Readonly<Record<string, string>>;
  /** Most processes at a time; further invocations wait. */
  readonly maxProcesses: number;
}

const REGION = "us-east-1";

/** The ARN that a function is invoked by. */
export const functionArn = (name: string): string =>
  `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`;

/**
 * The variables of a function's process: those that Lambda reserves (Lambda developer guide,
 * "Defined runtime environment variables") and the configured ones. Nothing comes from the
 * supervisor's own environment, so that no secret of the machine reaches a handler.
 * @param runtimeApi host and port of the Runtime API
 * @param logStream names this process in logs
 */
export function functionEnvironment(
  name: string,
  definition: FunctionDefinition,
  runtimeApi: string,
  logStream: string,
): Record<string, string> {
  const major = process.versions.node.split(".")[0];
  return {
    PATH: "/usr/local/bin:/usr/bin:/bin",
    LANG: "en_US.UTF-8",
    TZ: ":UTC",
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    ...definition.environment,
    _HANDLER: "index.handler",
    LAMBDA_TASK_ROOT: definition.directory,
    AWS_EXECUTION_ENV: `AWS_Lambda_nodejs${major}.x`,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: logStream,
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
  };
}
