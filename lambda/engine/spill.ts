import { isTokenMessage } from "../core/token.ts";
import { LIMITS } from "../core/limits.ts";
import type { Message, Page } from "../store/mailbox.ts";
import { keepPast, type Past, readPastPage } from "../store/past.ts";
import { keepPage, readPage } from "../store/spill.ts";
import { birthTtl } from "../store/start-run.ts";
import type { Execution } from "./execution.ts";

/**
 * Reads the pages of the mailbox, once the code waits for a message or some must leave META; moves them
 * when META holds too many. Whether there was anything to do.
 */
export async function tendMailbox(execution: Execution): Promise<boolean> {
  const { deps, outside, pending } = execution;
  const { mailbox } = outside;
  const isLong = mailbox.length > deps.settings.spillAbove;
  const isWaiting = [...pending.values()].some(({ wait }) => wait?.message !== undefined);
  if (mailbox.isEmpty) return false;
  if ((isLong || isWaiting) && (await readPages(execution))) return true;
  return isLong && (await spill(execution));
}

/** Reads the pages that are not read yet, those of the rounds before, too; whether there were any. */
export async function readPages({ deps, outside: { mailbox } }: Execution): Promise<boolean> {
  const { unread, unreadPast } = mailbox;
  const { values } = deps.store;
  await Promise.all([
    ...unread.map(async (page) => mailbox.learn(page, await readPage(values, page))),
    ...unreadPast.map(async (page) => mailbox.learnPast(page, await readPastPage(values, page))),
  ]);
  return unread.length + unreadPast.length > 0;
}

/** Row 4: puts a page with what META holds too many of, then removes that from META. */
async function spill(execution: Execution): Promise<boolean> {
  const { deps, historyPk, lease, outside, pending } = execution;
  const { mailbox } = outside;
  const taken = [...pending.values()].flatMap((operation) => operation.taken ?? []);
  const plan = mailbox.planSpill(deps.settings.spillAbove, new Set(taken));
  if (!plan) return false;
  const { before, box, kept, messages } = plan;
  const page = await putPage(execution, historyPk, messages);
  const spilled = await deps.store.spillMessages(lease.me, deps.ids.nonce(), {
    before,
    after: [...kept, page],
    first: box[0].id,
    last: (box.at(-1) ?? box[0]).id,
    count: box.length,
  });
  if (spilled.outcome === "lost") {
    void execution.end("lost");
    return true;
  }
  mailbox.learn(page, messages);
  execution.heard(spilled.meta);
  return true;
}

/** A page in a history, with a life as long as any record of the run can have been promised. */
function putPage(
  execution: Execution,
  historyPk: string,
  messages: readonly Message[],
): Promise<Page> {
  const { deps } = execution;
  return keepPage(deps.store.values, messages, {
    historyPk,
    ttlSeconds: pageTtl(execution),
    nonce: deps.ids.nonce(),
  });
}

const pageTtl = ({ deps, meta }: Execution): number =>
  Math.max(birthTtl(deps.clock.now()), meta.historyTtl);

/**
 * The pages that the next round begins with. Which messages of a page this round has taken stands in this
 * round's history alone: the rest of such a page becomes another page. The others stay where they are.
 */
export async function pagesForNextRound(execution: Execution, historyPk: string): Promise<Page[]> {
  await readPages(execution);
  const pages = execution.outside.mailbox.openPages.map(async ({ page, rest }) => {
    if (!rest) return page;
    // A token ends with its round, and what it was completed with.
    const events = rest.filter(({ name }) => !isTokenMessage(name));
    return events.length > 0 ? putPage(execution, historyPk, events) : undefined;
  });
  return (await Promise.all(pages)).filter((page) => page !== undefined);
}

/**
 * What the next round has to remember: the messages that this one and those before have taken, as far as a copy
 * may still be on its way. They can be thousands, and META is billed whole with each write.
 */
export async function pastForNextRound(execution: Execution, historyPk: string): Promise<Past> {
  await readPages(execution);
  const { deps, history, outside } = execution;
  const { past, taken } = outside.mailbox;
  const since = deps.clock.now() - LIMITS.messageCopiesMs;
  const lately = [...past, ...history.taken, ...taken].filter(({ at }) => at > since);
  return keepPast(deps.store.values, lately, deps.settings.spillAbove, {
    historyPk,
    ttlSeconds: pageTtl(execution),
    nonce: () => deps.ids.nonce(),
  });
}
