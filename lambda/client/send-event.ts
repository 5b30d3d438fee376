import { encodeValue } from "../core/codec.ts";
import { MailboxFullError, RunConflictError } from "../core/errors.ts";
import { assertIdempotencyKey, assertName, messageId } from "../core/keys.ts";
import { LIMITS } from "../core/limits.ts";
import { validate } from "../core/schema-validation.ts";
import { isFinished } from "../core/status.ts";
import type { Event } from "../engine/event.ts";
import { historyOf, type Meta } from "../store/meta.ts";
import { birthTtl } from "../store/start-run.ts";
import type { ClientDependencies } from "./dependencies.ts";
import { hintRun } from "./hint-run.ts";
import { noRun, readRun } from "./read-run.ts";

/** How an event is sent. */
export interface SendOptions {
  /**
   * Names this send, 1 to 200 characters: the same event sent again to the same run with the same key
   * arrives once. Default: each send is another message.
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
  { name, schema }: Event<Given, unknown>,
  given: Given,
  { idempotencyKey }: SendOptions,
): Promise<void> {
  const { store, clock, ids } = deps;
  assertName("event", name);
  if (idempotencyKey !== undefined) assertIdempotencyKey(idempotencyKey);
  const what = `value of event "${name}"`;
  // Sent as it was given: the run that takes it applies the schema, as it must for what comes by HTTP.
  if (schema) await validate(schema, given, what);
  const encoded = encodeValue(given, { what });
  const run = await readRun(deps, id);
  const now = clock.now();
  const message =
    idempotencyKey === undefined ? ids.ulid(now) : messageId(run, name, idempotencyKey);
  if (run.box.some((one) => one.id === message)) return hintAgain(deps, run);
  if (isFinished(run.status)) throw hasFinished(run);
  const value = await store.values.keep(encoded, {
    historyPk: historyOf(run),
    inlineBytes: LIMITS.messageInlineBytes,
    // No record of the run can have been promised a longer life.
    ttlSeconds: Math.max(birthTtl(now), run.historyTtl),
    nonce: ids.nonce(),
  });
  const sent = await store.sendMessage({
    to: run,
    message: { id: message, name, value, sentAt: now },
    now,
    tx: ids.nonce(),
  });
  if (sent.outcome === "gone") throw noRun(id);
  if (sent.outcome === "finished") throw hasFinished(sent.meta);
  if (sent.dueAt !== undefined) await hintRun(deps, id, sent.dueAt);
  if (sent.outcome === "full") throw isFull(id);
}

/** A copy of the message is there: its sender may have died before the hint. */
async function hintAgain(deps: ClientDependencies, { id, status, dueAt }: Meta): Promise<void> {
  if (status === "waiting" && dueAt !== undefined) await hintRun(deps, id, dueAt);
}

const hasFinished = ({ id, status }: Meta): RunConflictError =>
  new RunConflictError(`run "${id}" is ${status}; events can be sent to unfinished runs only`, {
    details: { id, status },
  });

const isFull = (id: string): MailboxFullError =>
  new MailboxFullError(
    `run "${id}" has ${LIMITS.mailboxMax} messages that it has not taken yet; send again later`,
    { details: { id, limit: LIMITS.mailboxMax } },
  );
