import { AwsError } from "./aws-error.ts";
import { internalError, type Members, type Perform } from "./faults.ts";

/** A request of the AWS JSON 1.0 protocol, whatever brought it. */
interface AwsJsonRequest {
  /** The `X-Amz-Target` header, as `DynamoDB_20120810.PutItem`. */
  readonly target: string;
  /** Headers by lower-case name. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

/** An answer of the AWS JSON 1.0 protocol. */
export interface AwsJsonResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Answers requests. Rejects only when no answer shall come: the connection is to be cut. */
export type AwsJsonHandler = (request: AwsJsonRequest) => Promise<AwsJsonResponse>;

/** How one service speaks the protocol. */
export interface AwsJsonService {
  /** The target's prefix with its dot, as `DynamoDB_20120810.`. */
  readonly prefix: string;
  readonly perform: Perform;
  /** Namespace before `#` in an error's `__type`, by the error's name. */
  readonly namespace: (errorName: string) => string;
  /** Further headers of an error's answer, as SQS's `x-amzn-query-error`. */
  readonly errorHeaders?: (error: AwsError) => Readonly<Record<string, string>>;
  /** A fresh request id for `x-amzn-requestid`. */
  readonly requestId: () => string;
}

/**
 * The HTTP surface of a service. Errors become `{"__type": "namespace#Name", "message": …}` with
 * their status; anything that is not an AWS error and not a lost connection becomes a 500.
 */
export function awsJsonHandler(service: AwsJsonService): AwsJsonHandler {
  return async ({ target, body }) => {
    const requestId = service.requestId();
    try {
      if (!target.startsWith(service.prefix)) throw unknownTarget(target, service.prefix);
      const output = await service.perform(target.slice(service.prefix.length), parse(body));
      return { status: 200, headers: headersOf(requestId), body: JSON.stringify(output) };
    } catch (error) {
      if (isConnectionLost(error)) throw error;
      const refusal = error instanceof AwsError ? error : internalError(describe(error));
      const { name, message, status, extra } = refusal;
      const __type = `${service.namespace(name)}#${name}`;
      return {
        status,
        headers: { ...headersOf(requestId), ...service.errorHeaders?.(refusal) },
        body: JSON.stringify({ __type, message, ...extra }),
      };
    }
  };
}

function headersOf(requestId: string): Record<string, string> {
  return { "content-type": "application/x-amz-json-1.0", "x-amzn-requestid": requestId };
}

function parse(body: string): Members {
  try {
    const members: unknown = JSON.parse(body);
    if (isMembers(members)) return members;
  } catch (error) {
    throw new AwsError("SerializationException", `the body is not JSON: ${String(error)}`);
  }
  throw new AwsError("SerializationException", "the body must be a JSON object");
}

function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isConnectionLost(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ECONNRESET";
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function unknownTarget(target: string, prefix: string): AwsError {
  return new AwsError(
    "UnknownOperationException",
    `X-Amz-Target "${target}" is not an operation of this service; its targets begin with "${prefix}"`,
  );
}
