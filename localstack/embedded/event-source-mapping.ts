import type { SQSEvent } from "aws-lambda";
import type { Log } from "../../lambda/core/log.ts";
import type { Invoke } from "./lambda-host/invocation.ts";
import { type Message, receiptFrom } from "./sqs/message.ts";
import { queueArn } from "./sqs/queue-attributes.ts";
import type { Queues } from "./sqs/queues.ts";
import { failedIds, sqsEvent } from "./sqs-event.ts";

/** What connects a queue with a function. */
export interface MappingOptions {
  readonly queues: Queues;
  readonly queueName: string;
  readonly functionName: string;
  readonly invoke: Invoke;
  /** Most messages in one invocation. */
  readonly batchSize: number;
  /** Most invocations at a time. */
  readonly maxConcurrency: number;
  readonly log: Log;
  /** Longest wait of one receive, milliseconds; 20,000 by default, as Lambda's own pollers have it. */
  readonly waitMs?: number;
  /** Region that events name; `us-east-1` by default. */
  readonly region?: string;
}

/** A running event source mapping. */
export interface Mapping {
  /** Invocations in progress. */
  readonly busy: number;
  /** Takes no further messages; resolves once the invocations in progress have ended. */
  stop(): Promise<void>;
}

const WAIT_MS = 20_000;

/**
 * Hands a queue's messages to a function as Lambda does: without a batching window, so that what is
 * visible goes out at once, in as many concurrent invocations as allowed. What the function did not
 * report as failed is deleted; the rest, and everything after a crash or timeout, stays hidden until
 * its visibility ends.
 */
export function startMapping(options: MappingOptions): Mapping {
  const { queues, queueName, functionName, invoke, log } = options;
  const region = options.region ?? "us-east-1";
  const arn = queueArn(region, queueName);
  const hideMs = queues.get(queueName).attributes.VisibilityTimeout * 1000;
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();
  let polling: Promise<void> | undefined;

  async function handle(event: SQSEvent): Promise<void> {
    const result = await invoke(functionName, event);
    const failed = result.ok
      ? failedIds(result.payload, new Set(event.Records.map(({ messageId }) => messageId)))
      : undefined;
    if (!failed) {
      log.warn("a batch of messages failed; it comes back when its visibility ends", {
        function: functionName,
        messages: event.Records.map(({ messageId }) => messageId),
        reason: result.ok ? `not an SQS batch response: ${result.payload}` : result.message,
      });
      return;
    }
    const done = event.Records.filter(({ messageId }) => !failed.has(messageId));
    await Promise.all(
      done.map(({ receiptHandle }) => queues.delete(queueName, receiptFrom(receiptHandle))),
    );
  }

  function start(messages: readonly Message[]): void {
    // Handles are taken now: a message that is received again in the meantime gets a new one, and
    // must not be deleted on the word of this invocation.
    const invocation = handle(sqsEvent(messages, arn, region))
      .catch((error: unknown) => log.error("messages could not be settled", { error }))
      .finally(() => {
        running.delete(invocation);
        poll();
      });
    running.add(invocation);
  }

  function poll(): void {
    if (polling || stopping.signal.aborted || running.size >= options.maxConcurrency) return;
    polling = queues
      .receive(queueName, {
        max: options.batchSize,
        hideMs,
        waitMs: options.waitMs ?? WAIT_MS,
        signal: stopping.signal,
      })
      .then((messages) => {
        polling = undefined;
        if (messages.length > 0) start(messages);
        poll();
      });
  }

  poll();
  return {
    get busy() {
      return running.size;
    },
    async stop() {
      stopping.abort();
      await polling;
      await Promise.all(running);
    },
  };
}
