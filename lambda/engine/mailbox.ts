import type { Clock, EpochMs } from "../core/clock.ts";
import { LIMITS } from "../core/limits.ts";
import { isTokenMessage } from "../core/token.ts";
import type { MailboxLeft, Message, Page, TakenMessage } from "../store/mailbox.ts";
import { historyOf, type Meta } from "../store/meta.ts";

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

/** What META says of a mailbox. */
export type MailboxMeta = Pick<Meta, "box" | "spilled" | "past" | "pastPages">;

const NONE: InHand = new Set();

/**
 * The messages sent into a run, as its owner last read them together with the `wakeSeq` that vouches
 * for them: those in pages, then those in META. Which message a wait consumed stands in the wait's own
 * record, and nowhere else: a message is open until its id is found there, so one sent twice under one
 * id is consumed once.
 */
export class Mailbox {
  #meta: MailboxMeta;
  readonly #historyPk: string;
  readonly #clock: Pick<Clock, "now">;
  /** When none of the messages that the rounds before have taken has a copy on its way any more. */
  readonly #pastUntil: EpochMs;
  /** What pages hold, by their nonces. */
  readonly #read = new Map<string, readonly Message[]>();
  /** What the rounds before have taken, as far as it is read, and when; and the nonces of the pages read. */
  readonly #past = new Map<string, EpochMs>();
  readonly #readPast = new Set<string>();
  /** Ids in the history, of the rounds before, and of messages handed out here. */
  readonly #consumed: Set<string>;
  /** When messages were handed out here. */
  readonly #takenAt = new Map<string, EpochMs>();
  /** The open messages by name, until something comes or goes in another way than by `take`. */
  #queues: Map<string, Message[]> | undefined;

  /** @param taken messages that the history holds */
  constructor(
    meta: MailboxMeta & Pick<Meta, "incarnation" | "generation" | "copies" | "roundAt">,
    taken: readonly Pick<TakenMessage, "id">[],
    clock: Pick<Clock, "now">,
  ) {
    this.#meta = meta;
    // Tokens of another history mean nothing any more.
    this.#historyPk = historyOf(meta);
    this.#clock = clock;
    this.#pastUntil = meta.roundAt + LIMITS.messageCopiesMs;
    this.#consumed = new Set(taken.map(({ id }) => id));
    this.#remember(meta.past);
  }

  /** Takes the messages as a later read of META showed them. */
  refresh(meta: MailboxMeta): void {
    this.#meta = meta;
    this.#queues = undefined;
  }

  /** Whether there is nothing to take, nor a copy to be told apart. */
  get isEmpty(): boolean {
    return this.#meta.box.length + this.#meta.spilled.length === 0;
  }

  /** The pages that must be read before anything is taken. */
  get unread(): Page[] {
    return this.#meta.spilled.filter(({ nonce }) => !this.#read.has(nonce));
  }

  /** The same of those that say what the rounds before have taken. */
  get unreadPast(): Page[] {
    return this.#meta.pastPages.filter(({ nonce }) => !this.#readPast.has(nonce));
  }

  /** Says what a page of the rounds before holds. */
  learnPast({ nonce }: Page, taken: readonly TakenMessage[]): void {
    this.#readPast.add(nonce);
    this.#remember(taken);
    this.#queues = undefined;
  }

  #remember(taken: readonly TakenMessage[]): void {
    for (const { id, at } of taken) {
      this.#past.set(id, at);
      this.#consumed.add(id);
    }
  }

  /** What the rounds before have taken lately, as far as it is read. */
  get past(): TakenMessage[] {
    return [...this.#past].map(([id, at]) => ({ id, at }));
  }

  /**
   * Whether META can forget what the rounds before have taken: no copy of it can come any more, and of those
   * that came, which `left` is without, none is in a page.
   */
  get isPastOver(): boolean {
    const { past, pastPages, spilled } = this.#meta;
    if (past.length + pastPages.length === 0 || this.#clock.now() < this.#pastUntil) return false;
    if (this.isEmpty) return true;
    if (this.#hasUnread) return false;
    const inPages = spilled.flatMap(({ nonce }) => this.#read.get(nonce) ?? []);
    return !inPages.some(({ id }) => this.#past.has(id));
  }

  get #hasUnread(): boolean {
    return this.unread.length + this.unreadPast.length > 0;
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
    if (this.#hasUnread) return undefined;
    this.#queues ??= queuesOf(this.open);
    const message = this.#queues.get(name)?.shift();
    if (!message) return undefined;
    this.#consumed.add(message.id);
    this.#takenAt.set(message.id, this.#clock.now());
    return message;
  }

  /** Takes back a message that was handed out, and whose taker was given up before it recorded it. */
  putBack(id: string): void {
    this.#consumed.delete(id);
    this.#takenAt.delete(id);
    this.#queues = undefined;
  }

  /** The messages handed out here. */
  get taken(): TakenMessage[] {
    return [...this.#takenAt].map(([id, at]) => ({ id, at }));
  }

  /** The open messages in order, each once. */
  get open(): Message[] {
    const { pages, box } = this.#view(NONE);
    return [...pages.flatMap(({ open }) => open), ...box];
  }

  /** Messages in META, whatever became of them. */
  get length(): number {
    return this.#meta.box.length;
  }

  /** What META holds or names for nothing: messages that are not open, pages of such, a past that is over. */
  get spent(): number {
    const { pages, box } = this.#view(NONE);
    const { past, pastPages } = this.#meta;
    const forgotten = this.isPastOver ? past.length + pastPages.length : 0;
    return pages
      .filter(isSpent)
      .reduce((sum, { all = [] }) => sum + all.length, this.length - box.length + forgotten);
  }

  /** What META has to hold. */
  get left(): MailboxLeft {
    const { pages, box } = this.#view(NONE);
    const spilled = pages.filter((one) => !isSpent(one)).map(({ page }) => page);
    return { box, spilled, ...(this.isPastOver && { isPastOver: true }) };
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
    const [first, ...others] = this.#meta.box;
    if (!first || this.length <= above || this.#hasUnread) return undefined;
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
      before: this.#meta.spilled,
      kept: kept.map(({ page }) => page),
      box: [first, ...others],
    };
  }

  #view(inHand: InHand): { readonly pages: PageView[]; readonly box: Message[] } {
    const seen = new Set<string>();
    const isOpen = ({ id }: Message) =>
      (!this.#consumed.has(id) || inHand.has(id)) && !seen.has(id) && seen.add(id);
    const pages = this.#meta.spilled.map((page) => {
      const all = this.#read.get(page.nonce);
      return { page, all, open: (all ?? []).filter(isOpen) };
    });
    return { pages, box: this.#meta.box.filter(isOpen) };
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
