import type { EpochMs } from "../core/clock.ts";
import { LIMITS } from "../core/limits.ts";
import { isFinished } from "../core/status.ts";
import { number, text } from "./attributes.ts";
import { changeRun, type Form, isNotYetDue, NOT_YET_DUE, WAKE, wakeValues } from "./change-run.ts";
import { type Message, messageAttribute } from "./mailbox.ts";
import type { Meta, RunReference } from "./meta.ts";
import type { Table } from "./table.ts";

/** A message and where it goes. */
export interface SendRequest {
  readonly to: RunReference;
  readonly message: Message;
  readonly now: EpochMs;
  readonly tx: string;
  /** The callback token that the message completes: once, and in the history that it was found in. */
  readonly token?: { readonly mark: string; readonly generation: number };
}

/** What became of a message. With `dueAt` the run is due and wants a hint. */
export type Sent =
  /** It is in the mailbox, by this send or by an earlier copy of it. */
  | { readonly outcome: "sent"; readonly dueAt: EpochMs | undefined }
  /** The mailbox is full; its run has been woken to empty it. */
  | { readonly outcome: "full"; readonly dueAt: EpochMs | undefined }
  | { readonly outcome: "finished"; readonly meta: Meta }
  /** Its token was used, or belongs to another history. */
  | { readonly outcome: "refused"; readonly meta: Meta }
  /** There is no run of that incarnation any more. */
  | { readonly outcome: "gone" };

interface SendForm extends Form {
  readonly appends: boolean;
  readonly wakes: boolean;
}

const HAS_ROOM = "(attribute_not_exists(#box) OR size(#box) < :max)";
const IS_FULL = "size(#box) >= :max";
const APPEND = "#box = list_append(if_not_exists(#box, :empty), :message)";
const IS_OPEN_TOKEN = " AND #gen = :gen AND NOT contains(#tokens, :token)";
const COUNT = "#wakeSeq = #wakeSeq + :one";

/**
 * Row 12: appends a message to a run's mailbox, and wakes the run if it waits. A full mailbox wakes it
 * without the message, so that its owner makes room. Copies of a message can get in when a reply is
 * lost and somebody else writes meanwhile; the owner tells them by the message's id. What completes a
 * callback token gets in once: the same write marks the token as used.
 */
export async function sendMessage(table: Table, request: SendRequest): Promise<Sent> {
  const { to, message, now, tx } = request;
  const first = sendForm(request, "waiting", { wakes: true, appends: true });
  const sent = await changeRun(table, to, tx, first, (meta) => formFor(meta, request));
  if (sent.outcome === "gone") return sent;
  if (sent.outcome === "changed") {
    const { appends, wakes } = sent.form;
    return { outcome: appends ? "sent" : "full", dueAt: wakes ? now : undefined };
  }
  const { meta } = sent;
  if (!isIn(meta, message)) {
    return { outcome: isFinished(meta.status) ? "finished" : "refused", meta };
  }
  // Whoever put it there may have died before the hint.
  const isDue = meta.status === "waiting" && !isNotYetDue(meta, now);
  return { outcome: "sent", dueAt: isDue ? meta.dueAt : undefined };
}

const isIn = ({ box }: Meta, { id }: Message): boolean => box.some((one) => one.id === id);

const isOpenToken = (
  { generation, usedTokens }: Meta,
  token: NonNullable<SendRequest["token"]>,
): boolean => generation === token.generation && !usedTokens.includes(token.mark);

function formFor(meta: Meta, request: SendRequest): SendForm | undefined {
  if (isFinished(meta.status) || isIn(meta, request.message)) return undefined;
  if (request.token && !isOpenToken(meta, request.token)) return undefined;
  const appends = meta.box.length < LIMITS.mailboxMax;
  if (meta.status !== "waiting") return sendForm(request, "other", { wakes: false, appends });
  return sendForm(request, "waiting", { wakes: isNotYetDue(meta, request.now), appends });
}

function sendForm(
  { message, now, token }: SendRequest,
  status: "waiting" | "other",
  { wakes, appends }: { readonly wakes: boolean; readonly appends: boolean },
): SendForm {
  const isWaiting = wakes
    ? `#status = :waiting AND ${NOT_YET_DUE}`
    : "#status = :waiting AND #dueAt <= :now";
  const isOther = "#status IN (:queued, :running, :paused, :blocked)";
  return {
    appends,
    wakes,
    condition: `${status === "waiting" ? isWaiting : isOther} AND ${appends ? HAS_ROOM : IS_FULL}${token ? IS_OPEN_TOKEN : ""}`,
    set: [COUNT, ...(appends ? [APPEND] : []), ...(wakes ? [WAKE] : [])].join(", "),
    ...(wakes && { remove: "#quorum" }),
    ...(token && appends && { add: "#tokens :tokens" }),
    values: {
      ":one": number(1),
      ":max": number(LIMITS.mailboxMax),
      ...(appends && { ":empty": { L: [] }, ":message": { L: [messageAttribute(message)] } }),
      ...(status === "waiting" ? { ":waiting": text("waiting"), ":now": number(now) } : OTHERS),
      ...(wakes && wakeValues(now)),
      ...(token && { ":token": text(token.mark), ":gen": number(token.generation) }),
      ...(token && appends && { ":tokens": { SS: [token.mark] } }),
    },
  };
}

const OTHERS = {
  ":queued": text("queued"),
  ":running": text("running"),
  ":paused": text("paused"),
  ":blocked": text("blocked"),
};
