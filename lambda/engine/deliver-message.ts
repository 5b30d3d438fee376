import type { Encoded } from "../core/codec.ts";
import { MailboxFullError, RunConflictError, RunNotFoundError } from "../core/errors.ts";
import { messageId } from "../core/keys.ts";
import { LIMITS } from "../core/limits.ts";
import { isFinished } from "../core/status.ts";
import { historyOf, type Meta } from "../store/meta.ts";
import { isPast } from "../store/past.ts";
import { isSpilled } from "../store/spill.ts";
import type { SendRequest, Sent } from "../store/send-message.ts";
import { birthTtl } from "../store/start-run.ts";
import { unlessDeleted } from "../store/unless-deleted.ts";
import type { EngineDependencies } from "./dependencies.ts";
import { sendHint } from "./send-hint.ts";

/** What messages are delivered with. */
export type DeliveryDependencies = Pick<
  EngineDependencies,
  "store" | "hints" | "clock" | "ids" | "log"
>;

/** An event on its way to a run. */
export interface EventToSend {
  readonly name: string;
  readonly value: Encoded;
  /** The same event sent again to the same run with the same key arrives once. */
  readonly idempotencyKey: string | undefined;
}

/** Why an event cannot be delivered. */
export type Undelivered = RunNotFoundError | RunConflictError | MailboxFullError;

/** Sends an event into a run. Returns what speaks against it; rejects when AWS does not answer. */
export async function deliverEvent(
  deps: DeliveryDependencies,
  id: string,
  { name, value, idempotencyKey }: EventToSend,
): Promise<Undelivered | undefined> {
  const { store, ids, clock } = deps;
  const run = await store.readRun(id);
  if (!run) return noRun(id);
  const isRepeatable = idempotencyKey !== undefined;
  const copyId = isRepeatable ? messageId(run, name, idempotencyKey) : ids.ulid(clock.now());
  const unlessSent = async (meta: Meta): Promise<Undelivered | undefined> => {
    if (!isRepeatable) return hasFinished(meta);
    const was = await unlessDeleted(store, meta, () => hasHad(deps, meta, copyId));
    if (was === undefined) return noRun(id);
    return was ? undefined : hasFinished(meta);
  };
  if (isFinished(run.status)) return unlessSent(run);
  const sent = await deliverMessage(deps, run, { id: copyId, name, value });
  switch (sent.outcome) {
    case "sent":
      return undefined;
    case "full":
      return isFull(id);
    case "gone":
      return noRun(id);
    default:
      return unlessSent(sent.meta);
  }
}

/** A message to be put into a mailbox. */
export interface MessageToSend {
  readonly id: string;
  readonly name: string;
  readonly value: Encoded;
}

/** Puts a message into a run's mailbox: a large value first, then the message, then the hint. */
export async function deliverMessage(
  deps: DeliveryDependencies,
  run: Meta,
  { id, name, value }: MessageToSend,
  token?: SendRequest["token"],
): Promise<Sent> {
  const { store, ids, clock } = deps;
  if (run.box.some((one) => one.id === id)) {
    const { status, dueAt } = run;
    // A copy of the message is there: its sender may have died before the hint.
    if (status === "waiting" && dueAt !== undefined)
      await sendHint(deps, { run: run.id, for: dueAt });
    return { outcome: "sent", dueAt };
  }
  const now = clock.now();
  const stored = await store.values.keep(value, {
    historyPk: historyOf(run),
    inlineBytes: LIMITS.messageInlineBytes,
    // No record of the run can have been promised a longer life.
    ttlSeconds: Math.max(birthTtl(now), run.historyTtl),
    nonce: ids.nonce(),
  });
  const sent = await store.sendMessage({
    to: run,
    message: { id, name, value: stored, sentAt: now },
    now,
    tx: ids.nonce(),
    ...(token && { token }),
  });
  if ((sent.outcome === "sent" || sent.outcome === "full") && sent.dueAt !== undefined) {
    await sendHint(deps, { run: run.id, for: sent.dueAt });
  }
  return sent;
}

/** Whether a run has, or has taken, the message of that id. */
async function hasHad(
  { store }: DeliveryDependencies,
  run: Meta,
  copyId: string,
): Promise<boolean> {
  if (run.box.some(({ id }) => id === copyId)) return true;
  if (await isSpilled(store.values, run, copyId)) return true;
  if (await isPast(store.values, run, copyId)) return true;
  const history = await store.loadHistory(historyOf(run));
  return history.some((record) => record.messageId === copyId);
}

/** Says that there is no run of that id. */
export const noRun = (id: string): RunNotFoundError =>
  new RunNotFoundError(
    `there is no run "${id}"; it was never started, or its records have expired`,
  );

const hasFinished = ({ id, status }: Meta): RunConflictError =>
  new RunConflictError(`run "${id}" is ${status}; events can be sent to unfinished runs only`, {
    details: { id, status },
  });

/** Says that a run takes no more messages for now. */
export const isFull = (id: string): MailboxFullError =>
  new MailboxFullError(
    `run "${id}" has been sent ${LIMITS.mailboxMax} messages that it has not set aside yet; send again later`,
    { details: { id, limit: LIMITS.mailboxMax } },
  );
