import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  type Message,
  type QueueAttributeName,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { inProcessHandler } from "../../../localstack/embedded/sdk-handler.ts";
import { createSqs, type Sqs, type SqsOptions } from "../../../localstack/embedded/sqs/sqs.ts";
import { VirtualClock } from "../../../lambda/testing/virtual-clock.ts";

/** The embedded SQS on a virtual clock, driven through the AWS SDK without a socket. */
export interface World {
  readonly clock: VirtualClock;
  readonly sqs: Sqs;
  readonly client: SQSClient;
  /** Creates a queue and returns its URL. */
  readonly create: (
    attributes?: Partial<Record<QueueAttributeName, string>>,
    name?: string,
  ) => Promise<string>;
  readonly send: (url: string, body: string, delaySeconds?: number) => Promise<string>;
  readonly receive: (
    url: string,
    request?: Omit<ReceiveMessageCommandInput, "QueueUrl">,
  ) => Promise<readonly Message[]>;
  readonly arn: (url: string) => Promise<string>;
  /** Moves time, firing what falls due on the way. */
  readonly advance: (ms: number) => void;
}

/** A client of an in-process SQS. */
function clientOf(sqs: Sqs, maxAttempts = 1): SQSClient {
  return new SQSClient({
    endpoint: "http://sqs.test:4566",
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts,
    requestHandler: inProcessHandler(sqs.handler),
  });
}

/** Moves a virtual clock, firing what falls due on the way. */
export function advance(clock: VirtualClock, ms: number): void {
  const end = clock.now() + ms;
  while ((clock.next ?? Infinity) <= end) clock.fireNext();
  clock.skip(end - clock.now());
}

/** Opens a world whose clock stands at `startAt`. */
export function openWorld(options: Omit<SqsOptions, "clock"> = {}, startAt?: number): World {
  const clock = new VirtualClock(startAt);
  const sqs = createSqs({ clock, ...options });
  const client = clientOf(sqs);
  let queues = 0;
  return {
    clock,
    sqs,
    client,
    async create(Attributes = {}, QueueName = `queue-${++queues}`) {
      const { QueueUrl = "" } = await client.send(
        new CreateQueueCommand({ QueueName, Attributes }),
      );
      return QueueUrl;
    },
    async send(QueueUrl, MessageBody, DelaySeconds) {
      const { MessageId = "" } = await client.send(
        new SendMessageCommand({ QueueUrl, MessageBody, DelaySeconds }),
      );
      return MessageId;
    },
    async receive(QueueUrl, request = {}) {
      const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl, ...request }));
      return Messages ?? [];
    },
    async arn(QueueUrl) {
      const { Attributes } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }),
      );
      return Attributes?.["QueueArn"] ?? "";
    },
    advance: (ms) => advance(clock, ms),
  };
}
