import { deepStrictEqual, strictEqual } from "node:assert";
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from "@aws-sdk/client-sqs";
import { DEAD_LETTER_QUEUE } from "../../localstack/embedded/resources.ts";
import type { Services } from "./services-process.ts";

/** The queue that takes messages away from nobody, however often they were received. */
const QUEUE = DEAD_LETTER_QUEUE;
/** Hidden messages stay so over a restart. */
const HIDDEN_SECONDS = 1;
/** Longer than a message stays hidden: to receive nothing for so long means that nothing is left. */
const PATIENCE_SECONDS = 3;

/** Sends and deletes messages, and knows which of it was acknowledged. */
export class MessageTraffic {
  #sends = 0;
  /** Sends asked for, and those of them that were acknowledged. */
  readonly #asked = new Set<string>();
  readonly #sent = new Set<string>();
  /** Deletes asked for, and those of them that were acknowledged. */
  readonly #condemned = new Set<string>();
  readonly #deleted = new Set<string>();

  /** Sends one message. */
  async send({ sqs, queueUrl }: Services): Promise<void> {
    const body = `message-${(this.#sends += 1)}`;
    this.#asked.add(body);
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl(QUEUE), MessageBody: body }));
    this.#sent.add(body);
  }

  /** Receives some messages and deletes every other one. */
  async consume(services: Services): Promise<void> {
    const { sqs, queueUrl } = services;
    for (const { body, receipt } of await receive(services)) {
      if (Number(body.slice("message-".length)) % 2 === 0) continue;
      this.#condemned.add(body);
      await sqs.send(
        new DeleteMessageCommand({ QueueUrl: queueUrl(QUEUE), ReceiptHandle: receipt }),
      );
      this.#deleted.add(body);
    }
  }

  /** Compares what is in the queue after a restart with what was acknowledged. */
  async verify(services: Services): Promise<void> {
    const found = await everything(services);
    const there = new Set(found);
    strictEqual(there.size, found.length, "a message is there twice");
    const lost = [...this.#sent].filter((body) => !there.has(body) && !this.#condemned.has(body));
    deepStrictEqual(lost, [], "acknowledged sends are gone");
    const risen = found.filter((body) => this.#deleted.has(body));
    deepStrictEqual(risen, [], "acknowledged deletes are back");
    const foreign = found.filter((body) => !this.#asked.has(body));
    deepStrictEqual(foreign, [], "messages that nobody sent are there");
    // From now on what is there counts: a send or delete that was cut off has had its effect or not.
    for (const body of this.#asked) if (!there.has(body)) this.#deleted.add(body);
    for (const body of found) this.#sent.add(body);
    for (const body of found) this.#condemned.delete(body);
  }
}

/** The bodies of all messages, those in flight included. */
async function everything(services: Services): Promise<string[]> {
  const total = await messageCount(services);
  const found = new Map<string, string>();
  while (found.size < total) {
    const batch = await receive(services, PATIENCE_SECONDS);
    if (batch.length === 0) throw new Error(`of ${total} messages only ${found.size} can be had`);
    for (const { id, body } of batch) found.set(id, body);
  }
  return [...found.values()];
}

async function messageCount({ sqs, queueUrl }: Services): Promise<number> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl(QUEUE), AttributeNames: ["All"] }),
  );
  const { ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible } = Attributes;
  return Number(ApproximateNumberOfMessages) + Number(ApproximateNumberOfMessagesNotVisible);
}

interface Received {
  readonly id: string;
  readonly body: string;
  readonly receipt: string | undefined;
}

async function receive({ sqs, queueUrl }: Services, waitSeconds = 0): Promise<Received[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl(QUEUE),
      MaxNumberOfMessages: 10,
      VisibilityTimeout: HIDDEN_SECONDS,
      WaitTimeSeconds: waitSeconds,
    }),
  );
  return Messages.map(({ MessageId: id = "", Body: body = "", ReceiptHandle: receipt }) => ({
    id,
    body,
    receipt,
  }));
}
