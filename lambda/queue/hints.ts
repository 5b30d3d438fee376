import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import type { EpochMs } from "../core/clock.ts";
import { LIMITS } from "../core/limits.ts";

/** "Look at this run." Losing, repeating or reordering hints is harmless. */
export interface Hint {
  readonly run: string;
  /** The `dueAt` it was sent for: without it, an early hint would renew itself for ever. */
  readonly for: EpochMs | undefined;
}

/** Reads a message body; undefined when it is no hint. */
export function parseHint(body: string): Hint | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || !("run" in value)) return undefined;
  const sentFor = "for" in value ? value.for : undefined;
  return typeof value.run === "string" && (sentFor === undefined || typeof sentFor === "number")
    ? { run: value.run, for: sentFor }
    : undefined;
}

/** The hint queue. */
export interface Hints {
  /** Sends a hint that arrives `delayMs` from now (rounded up to a second, 15 minutes at most). */
  send(hint: Hint, delayMs?: number): Promise<void>;
  /** Hides a message for `ms` more milliseconds, rounded up to a second. */
  hide(receipt: string, ms: number): Promise<void>;
  /** Hides up to 10 messages in one call. */
  hideAll(receipts: readonly string[], ms: number): Promise<void>;
  delete(receipt: string): Promise<void>;
}

const seconds = (ms: number): number => Math.ceil(Math.max(ms, 0) / 1000);

/** Opens the hint queue over an SDK client. */
export function openHints(client: SQSClient, queueUrl: string): Hints {
  const QueueUrl = queueUrl;
  return {
    async send(hint, delayMs = 0) {
      const DelaySeconds = Math.min(seconds(delayMs), LIMITS.hintDelayMaxMs / 1000);
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
      if (receipts.length === 0) return;
      await client.send(
        new ChangeMessageVisibilityBatchCommand({
          QueueUrl,
          Entries: receipts.map((receipt, index) => ({
            Id: String(index),
            ReceiptHandle: receipt,
            VisibilityTimeout: seconds(ms),
          })),
        }),
      );
    },
    async delete(receipt) {
      await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: receipt }));
    },
  };
}
