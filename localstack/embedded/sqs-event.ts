import type { SQSEvent } from "aws-lambda";
import { type Message, receiptHandle, systemAttributes } from "./sqs/message.ts";

/**
 * The event with which Lambda hands messages to a function (Lambda developer guide, "Using Lambda
 * with Amazon SQS").
 */
export function sqsEvent(
  messages: readonly Message[],
  queueArn: string,
  awsRegion: string,
): SQSEvent {
  return {
    Records: messages.map((message) => ({
      messageId: message.id,
      receiptHandle: receiptHandle(message),
      body: message.body,
      attributes: systemAttributes(message),
      messageAttributes: {},
      md5OfBody: message.md5,
      eventSource: "aws:sqs",
      eventSourceARN: queueArn,
      awsRegion,
    })),
  };
}

/**
 * The ids of the messages that a function reports as failed (Lambda developer guide, "Handling errors
 * for an SQS event source"). An answer that Lambda does not understand fails the whole batch, which
 * is undefined here.
 * @param payload the function's answer, JSON
 * @param ids the messages that were in the batch
 */
export function failedIds(
  payload: string,
  ids: ReadonlySet<string>,
): ReadonlySet<string> | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(payload === "" ? "null" : payload);
  } catch {
    return undefined;
  }
  const failures = failuresOf(answer)?.map(identifierOf);
  const isKnown = (id: string | undefined): id is string => id !== undefined && ids.has(id);
  return failures?.every(isKnown) ? new Set(failures) : undefined;
}

function failuresOf(answer: unknown): readonly unknown[] | undefined {
  if (typeof answer !== "object" || answer === null) return [];
  const failures = "batchItemFailures" in answer ? (answer.batchItemFailures ?? []) : [];
  return Array.isArray(failures) ? failures : undefined;
}

function identifierOf(failure: unknown): string | undefined {
  const isNamed = typeof failure === "object" && failure !== null && "itemIdentifier" in failure;
  return isNamed && typeof failure.itemIdentifier === "string" ? failure.itemIdentifier : undefined;
}
