import { decodeValue, encodeValue } from "../core/codec.ts";
import { LIMITS } from "../core/limits.ts";
import { number, text } from "./attributes.ts";
import { type MailboxLeft, type Message, type Page, pagesAttribute } from "./mailbox.ts";
import { type OwnedWrite, type Ownership, updateOwned } from "./owned.ts";
import type { Table } from "./table.ts";
import { isReference, type Placement, type Values } from "./values.ts";

/** Puts messages into a page, which META does not name yet. */
export function keepPage(
  values: Values,
  messages: readonly Message[],
  where: Omit<Placement, "inlineBytes">,
): Promise<Page> {
  return values.keepInParts(encodeValue(messages, { what: "a page of messages" }), where);
}

/** The messages of a page. Throws ValueUnreadableError when it has expired or was deleted. */
export async function readPage(values: Values, page: Page): Promise<readonly Message[]> {
  const { owner } = page;
  const messages = decodeValue(await values.fetch(page)) as readonly Message[];
  return messages.map(({ value, ...one }) => ({
    ...one,
    value: isReference(value) ? { ...value, owner } : value,
  }));
}

/** All messages that META holds or names, oldest first: consumed ones and copies, too. */
export async function readMailbox(
  values: Values,
  { box, spilled }: MailboxLeft,
): Promise<readonly Message[]> {
  const pages = await Promise.all(spilled.map((page) => readPage(values, page)));
  return [...pages.flat(), ...box];
}

/** Whether a page of the run holds the message of that id. */
export const isSpilled = async (
  values: Values,
  { spilled }: Pick<MailboxLeft, "spilled">,
  id: string,
): Promise<boolean> =>
  (await readMailbox(values, { box: [], spilled })).some((message) => message.id === id);

/** Messages as META is to have them: themselves when they are few, else pages of them. */
export async function keepMailbox(
  values: Values,
  messages: readonly Message[],
  where: Omit<Placement, "inlineBytes" | "nonce"> & { readonly nonce: () => string },
): Promise<MailboxLeft> {
  if (messages.length <= LIMITS.spillAbove) return { box: messages, spilled: [] };
  const pages = Math.ceil(messages.length / LIMITS.pageMessages);
  const spilled = await Promise.all(
    Array.from({ length: pages }, (_, page) =>
      keepPage(
        values,
        messages.slice(page * LIMITS.pageMessages, (page + 1) * LIMITS.pageMessages),
        { ...where, nonce: where.nonce() },
      ),
    ),
  );
  return { box: [], spilled };
}

/** Messages leaving META for a page that has been put. */
export interface Spill {
  /** Pages named until now. */
  readonly before: readonly Page[];
  /** Pages from now on, the new one last. */
  readonly after: readonly Page[];
  /** Ids of the first and the last of the messages that leave, and how many there are. */
  readonly first: string;
  readonly last: string;
  readonly count: number;
}

/**
 * Row 4: names a page and removes from META, by the same write, the oldest messages, which the page
 * holds as far as they are open. What is sent meanwhile goes behind them and does not refuse it: a run
 * that is flooded must be able to make room. They go by their places, which is safe because only the
 * owner removes any and the write says which ones it means; done once, it is refused. It raises `wakeSeq`,
 * so that no trim that was under way puts back what has left.
 */
export function spillMessages(
  table: Table,
  me: Ownership,
  tx: string,
  { before, after, first, last, count }: Spill,
): Promise<OwnedWrite> {
  const places = Array.from({ length: count }, (_, place) => `#box[${place}]`);
  const areKnown = before.length === 0 ? "attribute_not_exists(#spilled)" : "#spilled = :before";
  return updateOwned(
    table,
    me,
    tx,
    {
      set: "#spilled = :after, #wakeSeq = #wakeSeq + :one",
      remove: places.join(", "),
      condition: `#box[0].#i = :first AND #box[${count - 1}].#i = :last AND ${areKnown}`,
    },
    {
      ":after": pagesAttribute(after),
      ":one": number(1),
      ":first": text(first),
      ":last": text(last),
      ...(before.length > 0 && { ":before": pagesAttribute(before) }),
    },
  );
}
