import { TABLE } from "../../../lambda/store/schema.ts";
import { AwsError } from "../../../localstack/embedded/aws-error.ts";
import type { AwsJsonHandler } from "../../../localstack/embedded/aws-json.ts";
import { createDynamoDB } from "../../../localstack/embedded/dynamodb/dynamodb.ts";
import type { Members } from "../../../localstack/embedded/faults.ts";
import { createResources, TABLE_NAME } from "../../../localstack/embedded/resources.ts";
import { createSqs } from "../../../localstack/embedded/sqs/sqs.ts";

/** The services that both have. */
export type ServiceName = "dynamodb" | "sqs";

/** An answer as a client reads it; of an error, name and message apart from its other members. */
export interface Answer {
  readonly status: number;
  /** Name of the error without its namespace; undefined when there is none. */
  readonly error: string | undefined;
  readonly message: string;
  readonly members: Members;
  /** The header `x-amzn-query-error`, which SQS sends with its errors. */
  readonly queryError: string | undefined;
}

/** One of the two that are compared. */
export interface Stack {
  /** @param body the body as text, so that it may be no JSON at all */
  send(service: ServiceName, action: string, body: string): Promise<Answer>;
}

const TARGETS = { dynamodb: "DynamoDB_20120810", sqs: "AmazonSQS" } as const;
const CONTENT_TYPE = "application/x-amz-json-1.0";

/** The embedded stack with its table and queues, in this process. */
export async function embeddedStack(): Promise<Stack> {
  const handlers: Record<ServiceName, AwsJsonHandler> = {
    dynamodb: createDynamoDB().handler,
    sqs: createSqs().handler,
  };
  const stack: Stack = {
    async send(service, action, body) {
      const target = `${TARGETS[service]}.${action}`;
      const answer = await handlers[service]({ target, headers: { host: "127.0.0.1" }, body });
      return answerFrom(answer.status, answer.body, answer.headers["x-amzn-query-error"]);
    },
  };
  await prepare(stack);
  return stack;
}

/** A MiniStack over loopback; it gets the same table, empty, and queues. */
export async function emulatedStack(endpoint: string): Promise<Stack> {
  const stack: Stack = {
    async send(service, action, body) {
      const answer = await fetch(endpoint, {
        method: "POST",
        headers: {
          "content-type": CONTENT_TYPE,
          "x-amz-target": `${TARGETS[service]}.${action}`,
          authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/${service}/aws4_request`,
        },
        body,
      });
      const queryError = answer.headers.get("x-amzn-query-error") ?? undefined;
      return answerFrom(answer.status, await answer.text(), queryError);
    },
  };
  await call(stack, "dynamodb", "DeleteTable", { TableName: TABLE_NAME });
  await prepare(stack);
  // It would remove items by the machine's clock, which plays do not go by.
  await call(stack, "dynamodb", "UpdateTimeToLive", {
    TableName: TABLE_NAME,
    TimeToLiveSpecification: { AttributeName: TABLE.ttl, Enabled: false },
  });
  return stack;
}

/** Sends a request that is well-formed JSON. */
export const call = (stack: Stack, service: ServiceName, action: string, input: Members) =>
  stack.send(service, action, JSON.stringify(input));

const prepare = (stack: Stack): Promise<void> =>
  createResources(serviceOf(stack, "dynamodb"), serviceOf(stack, "sqs"));

function serviceOf(stack: Stack, service: ServiceName) {
  return {
    async call(action: string, input: Members): Promise<Members> {
      const { error, message, members } = await call(stack, service, action, input);
      if (error !== undefined) throw new AwsError(error, message);
      return members;
    },
  };
}

function answerFrom(status: number, body: string, queryError: string | undefined): Answer {
  const { __type, message, Message, ...members } = JSON.parse(body) as Members;
  const wording = message ?? Message;
  return {
    status,
    error: typeof __type === "string" ? __type.slice(__type.indexOf("#") + 1) : undefined,
    message: typeof wording === "string" ? wording : "",
    members,
    queryError,
  };
}
