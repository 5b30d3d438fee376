import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  SendMessageCommand,
  SQSClient,
  type SQSClientConfig,
} from "@aws-sdk/client-sqs";
import type { Hints } from "./hints.ts";

// A worker loads this with its first hint. It shares no module with what is loaded at the start: each would
// become a file of its own there, which costs a cold start more than its code does.

/**
 * The SQS client that `connect` makes.
 * @param config goes before the defaults, and says how long a call may take; region and credentials come from
 * the environment
 */
export const createSqsClient = (
  config: SQSClientConfig & Required<Pick<SQSClientConfig, "requestHandler">>,
): SQSClient => new SQSClient({ maxAttempts: 3, cacheMiddleware: true, ...config });

/** Longest delay of a message, seconds (SQS developer guide, "message timers"). */
const DELAY_MAX_SECONDS = 900;

const seconds = (ms: number): number => Math.ceil(Math.max(ms, 0) / 1000);

/** A batch of messages takes at most this many (SQS API reference). */
const BATCH_MAX = 10;

/** Hides one batch; why some were not, an error for each: a batch refused keeps no other back. */
async function hideBatch(
  client: SQSClient,
  QueueUrl: string,
  receipts: readonly string[],
  ms: number,
): Promise<Error[]> {
  const command = new ChangeMessageVisibilityBatchCommand({
    QueueUrl,
    Entries: receipts.map((receipt, index) => ({
      Id: String(index),
      ReceiptHandle: receipt,
      VisibilityTimeout: seconds(ms),
    })),
  });
  try {
    const { Failed = [] } = await client.send(command);
    return Failed.map(({ Code, Message }) => new Error(`${Code}: ${Message ?? "no reason given"}`));
  } catch (error) {
    return receipts.map(() => error as Error);
  }
}

function notHidden(causes: readonly Error[], asked: number): Error {
  const reasons = [...new Set(causes.map(({ message }) => message))].join("; ");
  return new AggregateError(
    causes,
    `${causes.length} of ${asked} messages were not hidden, and come back when their present time is over: ${reasons}`,
  );
}

/** Opens the hint queue over an SDK client. */
export function openHints(client: SQSClient, queueUrl: string): Hints {
  const QueueUrl = queueUrl;
  return {
    async send(hint, delayMs = 0) {
      const DelaySeconds = Math.min(seconds(delayMs), DELAY_MAX_SECONDS);
      await client.send(
        new SendMessageCommand({
          QueueUrl,
          MessageBody: JSON.stringify(hint),
          ...(DelaySeconds > 0 && { DelaySeconds }),
        }),
      );
    },
    async hide(receipt, ms) {
      await client.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl,
          ReceiptHandle: receipt,
          VisibilityTimeout: seconds(ms),
        }),
      );
    },
    async hideAll(receipts, ms) {
      const batches: string[][] = [];
      for (let at = 0; at < receipts.length; at += BATCH_MAX) {
        batches.push(receipts.slice(at, at + BATCH_MAX));
      }
      const refusals = await Promise.all(
        batches.map((batch) => hideBatch(client, QueueUrl, batch, ms)),
      );
      const causes = refusals.flat();
      if (causes.length > 0) throw notHidden(causes, receipts.length);
    },
    async delete(receipt) {
      await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: receipt }));
    },
  };
}
