import type { EpochMs } from "../core/clock.ts";
import { LIMITS } from "../core/limits.ts";
import { isTokenMessage } from "../core/token.ts";
import type { MailboxLeft, Message, Page, TakenMessage } from "../store/mailbox.ts";

/** Ids of messages that were handed out and whose wait has no record of it yet. */
export type InHand = ReadonlySet<string>;

/** Messages to be moved from META into a page. */
export interface SpillPlan {
  /** What the page will hold: open messages of META, behind those of the pages that it takes the place of. */
  readonly messages: readonly Message[];
  /** Pages named now, and those of them that stay. */
  readonly before: readonly Page[];
  readonly kept: readonly Page[];
  /** All messages in META. */
  readonly box: readonly [Message, ...Message[]];
}

/** A page, with what of it is open. */
interface PageView {
  readonly page: Page;
  /** Undefined until the page is read. */
  readonly all: readonly Message[] | undefined;
  readonly open: readonly Message[];
}

const NONE: InHand = new Set();

/**
 * The messages sent into a run, as its owner last read them together with the `wakeSeq` that vouches
 * for them: those in pages, then those in META. Which message a wait consumed stands in the wait's own
 * record, and nowhere else: a message is open until its id is found there, so one sent twice under one
 * id is consumed once.
 */
export class Mailbox {
  #box: readonly Message[];
  #pages: readonly Page[];
  readonly #historyPk: string;
  /** What pages hold, by their nonces. */
  readonly #read = new Map<string, readonly Message[]>();
  /** Ids in the history, and of messages handed out here. */
  readonly #consumed: Set<string>;
  /** When the messages handed out here were sent. */
  readonly #sentAt = new Map<string, EpochMs>();
  /** The open messages by name, until something comes or goes in another way than by `take`. */
  #queues: Map<string, Message[]> | undefined;

  /**
   * @param consumed ids of messages that the history holds
   * @param historyPk partition of the present history: tokens of another one mean nothing any more
   */
  constructor(left: MailboxLeft, consumed: Iterable<string>, historyPk: string) {
    this.#box = left.box;
    this.#pages = left.spilled;
    this.#consumed = new Set(consumed);
    this.#historyPk = historyPk;
  }

  /** Takes the messages as a later read of META showed them. */
  refresh({ box, spilled }: MailboxLeft): void {
    this.#box = box;
    this.#pages = spilled;
    this.#queues = undefined;
  }

  /** The pages that must be read before anything is taken. */
  get unread(): Page[] {
    return this.#pages.filter(({ nonce }) => !this.#read.has(nonce));
  }

  /** Says what a page holds. */
  learn({ nonce, pk }: Page, messages: readonly Message[]): void {
    const isOfThisRound = pk === this.#historyPk;
    const known = isOfThisRound ? messages : messages.filter(({ name }) => !isTokenMessage(name));
    this.#read.set(nonce, known);
    this.#queues = undefined;
  }

  /** Hands out the oldest open message of that name; two waits never get the same one. */
  take(name: string): Message | undefined {
    if (this.unread.length > 0) return undefined;
    this.#queues ??= queuesOf(this.open);
    const message = this.#queues.get(name)?.shift();
    if (!message) return undefined;
    this.#consumed.add(message.id);
    this.#sentAt.set(message.id, message.sentAt);
    return message;
  }

  /** Takes back a message that was handed out, and whose taker was given up before it recorded it. */
  putBack(id: string): void {
    this.#consumed.delete(id);
    this.#sentAt.delete(id);
    this.#queues = undefined;
  }

  /** The messages handed out here. */
  get taken(): TakenMessage[] {
    return [...this.#sentAt].map(([id, at]) => ({ id, at }));
  }

  /** The open messages in order, each once. */
  get open(): Message[] {
    const { pages, box } = this.#view(NONE);
    return [...pages.flatMap(({ open }) => open), ...box];
  }

  /** Messages in META, whatever became of them. */
  get length(): number {
    return this.#box.length;
  }

  /** Messages that META holds or names for nothing: those in it that are not open, and pages of such. */
  get spent(): number {
    const { pages, box } = this.#view(NONE);
    return pages
      .filter(isSpent)
      .reduce((sum, { all = [] }) => sum + all.length, this.#box.length - box.length);
  }

  /** What META has to hold. */
  get left(): MailboxLeft {
    const { pages, box } = this.#view(NONE);
    return { box, spilled: pages.filter((one) => !isSpent(one)).map(({ page }) => page) };
  }

  /** The pages with something open, and what that is if it is not all of it. */
  get openPages(): { readonly page: Page; readonly rest: readonly Message[] | undefined }[] {
    return this.#view(NONE)
      .pages.filter((one) => !isSpent(one))
      .map(({ page, all, open }) => ({
        page,
        rest: all && open.length < all.length ? open : undefined,
      }));
  }

  /**
   * What is to be moved out of META when it holds more than so many open messages. The page takes in
   * those before it that are not at least twice as large, so that pages stay few, and a message is moved
   * a few times at most. Undefined when nothing is to be moved, when there are too many messages already,
   * or when pages must be read first.
   * @param inHand counts as open: not consumed before it is recorded
   */
  planSpill(above: number, inHand: InHand): SpillPlan | undefined {
    const [first, ...others] = this.#box;
    if (!first || this.#box.length <= above || this.unread.length > 0) return undefined;
    const { pages, box } = this.#view(inHand);
    const spilled = pages.reduce((sum, { open }) => sum + open.length, 0);
    if (box.length <= above || spilled + box.length > LIMITS.spilledMax) return undefined;
    const kept = pages.filter((one) => !isSpent(one));
    let messages: readonly Message[] = box;
    for (;;) {
      const last = kept.at(-1);
      if (!last || last.open.length >= 2 * messages.length) break;
      if (last.open.length + messages.length > LIMITS.pageMessages) break;
      messages = [...last.open, ...messages];
      kept.pop();
    }
    return {
      messages,
      before: this.#pages,
      kept: kept.map(({ page }) => page),
      box: [first, ...others],
    };
  }

  #view(inHand: InHand): { readonly pages: PageView[]; readonly box: Message[] } {
    const seen = new Set<string>();
    const isOpen = ({ id }: Message) =>
      (!this.#consumed.has(id) || inHand.has(id)) && !seen.has(id) && seen.add(id);
    const pages = this.#pages.map((page) => {
      const all = this.#read.get(page.nonce);
      return { page, all, open: (all ?? []).filter(isOpen) };
    });
    return { pages, box: this.#box.filter(isOpen) };
  }
}

/** Whether nothing of a page is open. */
const isSpent = ({ all, open }: PageView): boolean => all !== undefined && open.length === 0;

function queuesOf(messages: readonly Message[]): Map<string, Message[]> {
  const queues = new Map<string, Message[]>();
  for (const message of messages) {
    const queue = queues.get(message.name);
    if (queue) queue.push(message);
    else queues.set(message.name, [message]);
  }
  return queues;
}
