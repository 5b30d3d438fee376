import { encodeValue } from "../core/codec.ts";
import { assertIdempotencyKey, assertName } from "../core/keys.ts";
import { assertOptions } from "../core/known-options.ts";
import { validate } from "../core/schema-validation.ts";
import { deliverEvent } from "../engine/deliver-message.ts";
import { assertEvent, type Event } from "../engine/event.ts";
import type { ClientDependencies } from "./dependencies.ts";

/** How an event is sent. */
export interface SendOptions {
  /**
   * Names this send, 1 to 200 characters: the same event sent again to the same run with the same key
   * arrives once, and for five minutes also when the run has begun another round by `continueAsNew`.
   * Default: each send is another message.
   */
  readonly idempotencyKey?: string | undefined;
}

/**
 * Sends an event into a run: a large value is put first, then the message, then the hint.
 * @throws InvalidArgumentError for a bad name or key, ValidationError for a value that does not fit,
 * ValueTooLargeError, ValueNotSerializableError, RunNotFoundError, RunConflictError when the run has
 * finished, MailboxFullError
 */
export async function sendEvent<Given>(
  deps: ClientDependencies,
  id: string,
  event: Event<Given, unknown>,
  given: Given,
  options: SendOptions,
): Promise<void> {
  assertOptions("send", options, { idempotencyKey: true });
  assertEvent("send", event);
  const { idempotencyKey } = options;
  const { name, schema } = event;
  assertName("event", name);
  if (idempotencyKey !== undefined) assertIdempotencyKey(idempotencyKey);
  const what = `value of event "${name}"`;
  // Sent as it was given: the run that takes it applies the schema, as it must for what comes by HTTP.
  if (schema) await validate(schema, given, what);
  const value = encodeValue(given, { what });
  const error = await deliverEvent(deps, id, { name, value, idempotencyKey });
  if (error) throw error;
}
