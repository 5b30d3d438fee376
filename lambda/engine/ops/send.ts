import { nameAndMessage } from "../../core/attempt.ts";
import { type Encoded, encodeValue, hashValue } from "../../core/codec.ts";
import { encodeError } from "../../core/encode-error.ts";
import { MailboxFullError } from "../../core/errors.ts";
import { idempotencyKey } from "../../core/keys.ts";
import { LIMITS } from "../../core/limits.ts";
import { nextAttemptAt, retryPolicy } from "../../core/retry-policy.ts";
import { deliverEvent } from "../deliver-message.ts";
import type { Event } from "../event.ts";
import type { Execution } from "../execution.ts";
import type { Behaviour, Operation } from "../operation.ts";
import { settle, writeRecord } from "../recording.ts";
import { tellFailure } from "../tell-failure.ts";
import { validated } from "../user-code.ts";
import { waitFor } from "../wait-for.ts";

/** A full mailbox is given about four minutes to be emptied. */
const POLICY = retryPolicy({ attempts: 10 });

/**
 * The behaviour of `ctx.send`. Its message has an id that comes from the sender's incarnation, round and
 * operation: what a worker sent and died before it recorded is sent again, and arrives once. It comes from the
 * value, too: a run that was resumed may have another one to send in the same place.
 */
export function sendToRun(runId: string, event: Event, given: unknown): Behaviour {
  return {
    async live(operation, execution) {
      const encoded = await encodedFor(operation, execution, event, given);
      if ("error" in encoded) return settle(execution, operation, encoded);
      const message = {
        name: event.name,
        value: encoded.value,
        idempotencyKey: `${idempotencyKey(execution.meta, operation.key)}/${encoded.hash}`,
      };
      for (;;) {
        const retryAt = operation.record?.nextAttemptAt ?? 0;
        if (retryAt > execution.deps.clock.now()) {
          await waitFor(execution, operation, { wakeAt: retryAt });
        }
        const attempt = (operation.record?.attempt ?? 0) + 1;
        const refused = await execution.inFlight(operation, () =>
          deliverEvent(execution.deps, runId, message),
        );
        if (!refused) {
          return settle(execution, operation, { result: encodeValue(undefined) }, { attempt });
        }
        if (!(refused instanceof MailboxFullError) || attempt >= POLICY.attempts) {
          await settle(execution, operation, { error: encodeError(refused) }, { attempt });
          return tellFailure(execution, operation, { attempt, error: refused });
        }
        await recordRefusal(operation, execution, refused, attempt);
      }
    },
  };
}

/** The value, checked by the event's schema; or the complaint. */
async function encodedFor(
  operation: Operation,
  execution: Execution,
  { name, schema }: Event,
  given: unknown,
): Promise<{ readonly value: Encoded; readonly hash: string } | { readonly error: Encoded }> {
  const what = `value of event "${name}"`;
  try {
    await validated(execution, operation, { schema, value: given, what });
    // Sent as it was given: the run that takes it applies the schema.
    return { value: encodeValue(given, { what }), hash: hashValue(given, what) };
  } catch (error) {
    return { error: encodeError(error) };
  }
}

/** Row 6: an attempt that found the mailbox full, and when the next one is made. */
async function recordRefusal(
  operation: Operation,
  execution: Execution,
  refused: MailboxFullError,
  attempt: number,
): Promise<void> {
  const { clock, ids } = execution.deps;
  const { record } = operation;
  const now = clock.now();
  const errors = [
    ...(record?.attemptErrors ?? []),
    { attempt, ...nameAndMessage(refused), at: now },
  ];
  const retryAt = nextAttemptAt(POLICY, attempt, now, undefined, ids.random());
  await writeRecord(
    execution,
    operation,
    {
      state: "backoff",
      attempt,
      startedAt: record?.startedAt ?? now,
      attemptErrors: errors.slice(-LIMITS.attemptErrorsKept),
      failures: (record?.failures ?? 0) + 1,
      nextAttemptAt: retryAt,
    },
    "attempt",
  );
  execution.progress += 1;
  tellFailure(execution, operation, { attempt, error: refused, retryAt });
}
