import type { EpochMs } from "../../core/clock.ts";
import { decodeValue, encodedText, encodeValue } from "../../core/codec.ts";
import { encodeError } from "../../core/encode-error.ts";
import type { Message } from "../../store/mailbox.ts";
import { isReference, type StoredValue } from "../../store/values.ts";
import type { Execution } from "../execution.ts";
import type { Behaviour, Operation } from "../operation.ts";
import { settle, writeRecord } from "../recording.ts";
import { validated } from "../user-code.ts";
import { waitFor } from "../wait-for.ts";
import type { Schema } from "../workflow.ts";

/** Which message is waited for. */
export interface AwaitedMessage {
  readonly name: string;
  readonly schema: Schema | undefined;
  /** What its value is, for the schema's complaints. */
  readonly what: string;
}

/**
 * The behaviour of `ctx.waitFor`: consumes the oldest open message of a name. The record of the wait
 * is the consumption, so a message is consumed exactly when some wait is settled with it.
 * @param until when the wait ends, given when it begins; undefined without limit
 */
export function waitForMessage(
  { name, schema, what }: AwaitedMessage,
  until: (begunAt: EpochMs) => EpochMs | undefined,
): Behaviour {
  return {
    async live(operation, execution) {
      if (operation.record?.state !== "waiting") {
        const now = execution.deps.clock.now();
        const change = { state: "waiting", startedAt: now, wakeAt: until(now) } as const;
        await writeRecord(execution, operation, change, "begin");
      }
      const wakeAt = operation.record?.wakeAt;
      const { message } = await waitFor(execution, operation, {
        message: name,
        ...(wakeAt !== undefined && { wakeAt }),
      });
      if (!message) return settle(execution, operation, { result: encodeValue(undefined) });
      const value = await contentOf(message, operation, execution, { schema, what });
      const sent = value.isMade ? await sentOf(message, operation, execution) : undefined;
      await settle(execution, operation, value, { messageId: message.id, sent });
    },
  };
}

/**
 * What was sent, as the record keeps it. A message that came in an earlier round has its parts in that one's
 * history, which is given no more life once nothing in the mailbox needs it.
 */
async function sentOf(
  { value }: Message,
  operation: Operation,
  execution: Execution,
): Promise<StoredValue> {
  const { deps, historyPk, meta } = execution;
  if (!isReference(value) || value.pk === historyPk) return value;
  const { values } = deps.store;
  return execution.inFlight(operation, async () =>
    values.keepInParts(await values.fetch(value), {
      historyPk,
      ttlSeconds: meta.historyTtl,
      nonce: deps.ids.nonce(),
    }),
  );
}

/**
 * What a message holds, made by the schema what the code expects, or the schema's complaint; and whether
 * that is another value than was sent.
 */
async function contentOf(
  message: Message,
  operation: Operation,
  execution: Execution,
  { schema, what }: Pick<AwaitedMessage, "schema" | "what">,
) {
  const { values } = execution.deps.store;
  const encoded = await execution.inFlight(operation, () => values.fetch(message.value));
  if (!schema) return { result: encoded, isMade: false };
  try {
    const value = await validated(execution, operation, {
      schema,
      value: decodeValue(encoded),
      what,
    });
    const result = encodeValue(value, { what });
    return { result, isMade: encodedText(result) !== encodedText(encoded) };
  } catch (error) {
    return { error: encodeError(error), isMade: true };
  }
}
