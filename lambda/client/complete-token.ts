import { decodeValue, encodeValue } from "../core/codec.ts";
import { TokenInvalidError } from "../core/errors.ts";
import { assertIdempotencyKey, messageId } from "../core/keys.ts";
import { assertOptions } from "../core/known-options.ts";
import {
  isSameToken,
  type RecordedToken,
  tokenMark,
  tokenMessage,
  tokenOwner,
  tokenResultKey,
} from "../core/token.ts";
import { isFinished } from "../core/status.ts";
import { deliverMessage, isFull } from "../engine/deliver-message.ts";
import { historyOf, type Meta } from "../store/meta.ts";
import { isSpilled } from "../store/spill.ts";
import { unlessDeleted } from "../store/unless-deleted.ts";
import type { ClientDependencies } from "./dependencies.ts";

/** How a token is completed. */
export interface CompleteOptions {
  /**
   * Names this completion, 1 to 200 characters: repeated with the same key, because its reply was lost,
   * it is the one that completed the token. Default: each is another one, and the second is refused.
   */
  readonly idempotencyKey?: string | undefined;
}

/**
 * Completes a callback token with a value, once.
 * @throws TokenInvalidError when the token is wrong, used or expired, or its run has finished or is gone:
 * always the same; InvalidArgumentError for a bad key, ValueTooLargeError, ValueNotSerializableError,
 * MailboxFullError
 */
export async function completeToken(
  deps: ClientDependencies,
  token: string,
  given: unknown,
  options: CompleteOptions = {},
): Promise<void> {
  assertOptions("completeToken", options, { idempotencyKey: true });
  const { idempotencyKey } = options;
  if (idempotencyKey !== undefined) assertIdempotencyKey(idempotencyKey);
  const value = encodeValue(given, { what: "value of the token" });
  const key = idempotencyKey ?? deps.ids.nonce();
  for (;;) {
    const found = await findToken(deps, token);
    if (!found) throw invalid();
    const { run, resultKey, expiresAt = Number.POSITIVE_INFINITY } = found;
    const name = tokenMessage(token);
    const id = messageId(run, name, key);
    const { generation, usedTokens } = run;
    const mark = tokenMark(token);
    const isIn = run.box.some((one) => one.id === id);
    const isOver =
      isFinished(run.status) || expiresAt <= deps.clock.now() || usedTokens.includes(mark);
    if (!isIn && isOver) return refuseUnlessOurs(deps, run, resultKey, id);
    const sent = await deliverMessage(deps, run, { id, name, value }, { mark, generation });
    if (sent.outcome === "sent") return;
    if (sent.outcome === "full") throw isFull(run.id);
    if (sent.outcome === "gone") throw invalid();
    // The run has begun another history meanwhile, which may hold the token, too.
    if (sent.outcome === "refused" && sent.meta.generation !== generation) continue;
    return refuseUnlessOurs(deps, sent.meta, resultKey, id);
  }
}

/** The run that a token belongs to, if the run has recorded that very token. */
async function findToken({ store }: ClientDependencies, token: string) {
  const owner = tokenOwner(token);
  const run = owner && (await store.readRun(owner.runId));
  if (!run || run.incarnation !== owner.incarnation) return undefined;
  const record = await store.readOperation(historyOf(run), owner.key);
  if (record?.kind !== "token" || record.result === undefined) return undefined;
  const recorded = decodeValue(await store.values.fetch(record.result)) as RecordedToken;
  if (!isSameToken(token, recorded.token)) return undefined;
  return { run, resultKey: tokenResultKey(owner.key), expiresAt: recorded.expiresAt };
}

/** A completion whose reply was lost may have been spilled or taken already, even by a run that has finished. */
async function refuseUnlessOurs(
  { store }: ClientDependencies,
  run: Meta,
  resultKey: string,
  id: string,
): Promise<void> {
  // Its pages as they were named before its record is looked at: it goes from them to that.
  if (await unlessDeleted(store, run, () => isSpilled(store.values, run, id))) return;
  const taken = await store.readOperation(historyOf(run), resultKey);
  if (taken?.messageId !== id) throw invalid();
}

const invalid = (): TokenInvalidError =>
  new TokenInvalidError(
    "this token completes nothing: it is wrong, used or expired, or its run has finished; ask for a new one",
  );
