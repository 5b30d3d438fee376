import { z } from "zod";
import type { Members } from "../../../localstack/embedded/faults.ts";
import { queueArn } from "../../../localstack/embedded/sqs/queue-attributes.ts";
import type { Stacks, Turn } from "./play.ts";
import type { Receipt, Step } from "./sqs-steps.ts";
import { type Answer, call, type Stack } from "./stacks.ts";

const received = z.object({
  Messages: z.array(z.object({ Body: z.string(), ReceiptHandle: z.string() })).default([]),
});

/** One of both, with the receipt handles that it has given out, by queue and message. */
interface Player {
  readonly stack: Stack;
  readonly handles: Map<string, string[]>;
}

/** Plays steps on a queue of this name, which is made with its dead-letter queue first. */
export async function* playSteps(
  { embedded, emulator }: Stacks,
  steps: readonly Step[],
  name: string,
): AsyncGenerator<Turn> {
  const players = {
    embedded: { stack: embedded, handles: new Map<string, string[]>() },
    emulator: { stack: emulator, handles: new Map<string, string[]>() },
  };
  let sent = 0;
  for (const step of [...queuesOf(name), ...steps]) {
    const { MessageBody } = step.input;
    // Each message is told from all others by its body.
    const isSent = step.action === "SendMessage" && typeof MessageBody === "string" && MessageBody;
    const body = isSent ? { MessageBody: `${MessageBody}#${sent++}` } : {};
    const numbered = { ...step, input: { ...step.input, ...body } };
    const [one, other] = await Promise.all([
      take(players.embedded, numbered, name),
      take(players.emulator, numbered, name),
    ]);
    const request = `${step.action} ${JSON.stringify(numbered).replaceAll("%Q", name)}`;
    yield { request, answers: { embedded: one, emulator: other } };
  }
}

function queuesOf(name: string): readonly Step[] {
  const RedrivePolicy = JSON.stringify({
    deadLetterTargetArn: queueArn("us-east-1", `${name}-dead`),
    maxReceiveCount: 2,
  });
  return [
    { action: "CreateQueue", input: { QueueName: "%Q-dead" } },
    { action: "CreateQueue", input: { QueueName: "%Q", Attributes: { RedrivePolicy } } },
  ];
}

/** Has one of both make a step, with its own receipt handles. */
async function take({ stack, handles }: Player, step: Step, name: string): Promise<Answer> {
  const { action, receipts, input } = step;
  const queue = String(input["QueueUrl"]);
  const named = receipts?.map((receipt) => handleOf(handles, queue, receipt));
  const members = named ? withHandles(action, input, named) : input;
  const body = JSON.stringify(members).replaceAll("%Q", name);
  const answer = await call(stack, "sqs", action, JSON.parse(body) as Members);
  if (action !== "ReceiveMessage" || answer.error !== undefined) return answer;
  for (const { Body, ReceiptHandle } of received.parse(answer.members).Messages) {
    const place = `${queue} ${/\d+$/.exec(Body)?.[0]}`;
    handles.set(place, [...(handles.get(place) ?? []), ReceiptHandle]);
  }
  return answer;
}

function handleOf(
  handles: Player["handles"],
  queue: string,
  { message, receive }: Receipt,
): string {
  const given = handles.get(`${queue} ${message}`) ?? [];
  return given.at(receive === "first" ? 0 : -1) ?? "none-that-was-given-out";
}

function withHandles(action: string, input: Members, handles: readonly string[]): Members {
  if (action !== "ChangeMessageVisibilityBatch") return { ...input, ReceiptHandle: handles[0] };
  const { VisibilityTimeout, ...rest } = input;
  const Entries = handles.map((ReceiptHandle, at) => ({
    Id: String(at),
    ReceiptHandle,
    VisibilityTimeout,
  }));
  return { ...rest, Entries };
}
