import { beforeEach, describe, expect, it } from "vitest";
import { LIMITS } from "../../lambda/core/limits.ts";
import { tokenMessage } from "../../lambda/core/token.ts";
import { Mailbox, type MailboxMeta } from "../../lambda/engine/mailbox.ts";
import type { Message, Page } from "../../lambda/store/mailbox.ts";

const message = (id: string, name = "approved") => ({ id, name, value: `"${id}"`, sentAt: 0 });
const HISTORY = "H#inc#0";
const page = (nonce: string, pk = HISTORY) => ({
  pk,
  nonce,
  parts: 1,
  bytes: 1,
  isText: true,
  owner: "inc",
});
let now = 0;
const NO_PAST = { past: [], pastPages: [] };
const ROUND = { incarnation: "inc", generation: 0, copies: [], roundAt: 0 };
const open = (meta: Partial<MailboxMeta>, taken: string[] = []) =>
  new Mailbox(
    { box: [], spilled: [], ...NO_PAST, ...ROUND, ...meta },
    taken.map((id) => ({ id })),
    { now: () => now },
  );
const mailboxOf = (box: readonly Message[], taken: string[] = [], spilled: Page[] = []) =>
  open({ box, spilled }, taken);
const ids = (messages: readonly Message[] = []) => messages.map(({ id }) => id);
const named = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, n) => message(`${prefix}${n}`));

describe("a run's mailbox", () => {
  it("hands out the messages of a name in the order of arrival, each once", () => {
    const mailbox = mailboxOf([message("1"), message("2", "other"), message("3")]);
    expect(mailbox.take("approved")?.id).toBe("1");
    expect(mailbox.take("approved")?.id).toBe("3");
    expect(mailbox.take("approved")).toBeUndefined();
    expect(mailbox.take("other")?.id).toBe("2");
  });

  it("does not hand out what the history says was consumed", () => {
    const mailbox = mailboxOf([message("1"), message("2")], ["1"]);
    expect(mailbox.take("approved")?.id).toBe("2");
  });

  it("hands out a message once that was sent twice under one id", () => {
    const mailbox = mailboxOf([message("1"), message("1")]);
    mailbox.take("approved");
    expect(mailbox.take("approved")).toBeUndefined();
  });

  it("remembers what it has handed out when it is read again", () => {
    const mailbox = mailboxOf([message("1")]);
    mailbox.take("approved");
    mailbox.refresh({ ...NO_PAST, box: [message("1"), message("2")], spilled: [] });
    expect(mailbox.take("approved")?.id).toBe("2");
  });

  it("keeps the open messages in order, and says when there are others to trim", () => {
    const mailbox = mailboxOf([message("1"), message("2"), message("2")]);
    expect(mailbox.open.map(({ id }) => id)).toEqual(["1", "2"]);
    expect(mailbox.spent).toBe(1);
    expect(mailboxOf([message("1"), message("2")]).spent).toBe(0);
  });
});

describe("the pages of a mailbox", () => {
  it("come before what META holds, and nothing is handed out until they are read", () => {
    const mailbox = mailboxOf([message("3")], [], [page("a"), page("b")]);
    expect(mailbox.unread.map(({ nonce }) => nonce)).toEqual(["a", "b"]);
    mailbox.learn(page("b"), [message("2")]);
    expect(mailbox.take("approved")).toBeUndefined();
    mailbox.learn(page("a"), [message("1")]);
    expect(["1", "2", "3"].map(() => mailbox.take("approved")?.id)).toEqual(["1", "2", "3"]);
  });

  it("hold no second copy of what they have, nor does META", () => {
    const mailbox = mailboxOf([message("1"), message("2")], [], [page("a")]);
    mailbox.learn(page("a"), [message("1")]);
    expect(ids(mailbox.open)).toEqual(["1", "2"]);
    expect(mailbox.left).toEqual({ box: [message("2")], spilled: [page("a")] });
  });

  it("are dropped once all of them is consumed, and kept while they are unread", () => {
    const mailbox = mailboxOf([], ["1", "2"], [page("a"), page("b")]);
    mailbox.learn(page("a"), [message("1"), message("2")]);
    expect(mailbox.spent).toBe(2);
    expect(mailbox.left.spilled).toEqual([page("b")]);
  });

  it("tell what is left of them when some of it is consumed", () => {
    const mailbox = mailboxOf([], ["1"], [page("a"), page("b")]);
    mailbox.learn(page("a"), [message("1"), message("2")]);
    mailbox.learn(page("b"), [message("3")]);
    expect(mailbox.openPages).toEqual([
      { page: page("a"), rest: [message("2")] },
      { page: page("b"), rest: undefined },
    ]);
  });

  it("of an earlier round complete no token", () => {
    const token = message("1", tokenMessage("some token"));
    const mailbox = mailboxOf([], [], [page("old", "H#inc#7"), page("new")]);
    mailbox.learn(page("old", "H#inc#7"), [token, message("2")]);
    mailbox.learn(page("new"), [{ ...token, id: "3" }]);
    expect(ids(mailbox.open)).toEqual(["2", "3"]);
  });
});

describe("moving messages out of META", () => {
  const NONE = new Set<string>();

  it("is for a mailbox that holds more open ones than it should", () => {
    expect(mailboxOf(named("m", 3)).planSpill(3, NONE)).toBeUndefined();
    expect(mailboxOf(named("m", 4), ["m0"]).planSpill(3, NONE)).toBeUndefined();
    expect(ids(mailboxOf(named("m", 4)).planSpill(3, NONE)?.messages)).toEqual(ids(named("m", 4)));
  });

  it("leaves out what is consumed, and not what was only handed out", () => {
    const mailbox = mailboxOf(named("m", 5), ["m1"]);
    mailbox.take("approved");
    const plan = mailbox.planSpill(3, new Set(["m0"]));
    expect(ids(plan?.messages)).toEqual(["m0", "m2", "m3", "m4"]);
    expect(ids(plan?.box)).toEqual(ids(named("m", 5)));
  });

  it("waits until the pages are read", () => {
    const mailbox = mailboxOf(named("m", 4), [], [page("a")]);
    expect(mailbox.planSpill(3, NONE)).toBeUndefined();
  });

  it("takes in smaller pages before, so that there are few, and leaves large ones", () => {
    const mailbox = mailboxOf(named("m", 4), [], [page("a"), page("b"), page("c")]);
    mailbox.learn(page("a"), named("a", 40));
    mailbox.learn(page("b"), named("b", 7));
    mailbox.learn(page("c"), [message("m0"), message("c1")]);
    const plan = mailbox.planSpill(3, NONE);
    expect(plan).toBeUndefined();
    const spilled = [page("a"), page("b"), page("c")];
    mailbox.refresh({ ...NO_PAST, box: named("n", 4), spilled });
    const { kept, messages } = mailbox.planSpill(3, NONE) ?? {};
    expect(kept).toEqual([page("a")]);
    expect(ids(messages)).toEqual([...ids(named("b", 7)), "m0", "c1", ...ids(named("n", 4))]);
  });

  it("makes no page larger than a page may be", () => {
    const mailbox = mailboxOf(named("m", 40), [], [page("a")]);
    mailbox.learn(page("a"), named("a", LIMITS.pageMessages - 39));
    expect(mailbox.planSpill(32, NONE)?.kept).toEqual([page("a")]);
  });

  it("ends when there are as many in pages as there may be", () => {
    const mailbox = mailboxOf(named("m", 40), [], [page("a")]);
    mailbox.learn(page("a"), named("a", LIMITS.spilledMax - 39));
    expect(mailbox.planSpill(32, NONE)).toBeUndefined();
  });
});

describe("what the rounds before have taken", () => {
  beforeEach(() => {
    now = 0;
  });
  const pastOf = (...taken: string[]) => taken.map((id) => ({ id, at: -1 }));
  const AFTER = LIMITS.messageCopiesMs;

  it("is not handed out, and nothing is until its pages are read", () => {
    const box = [message("1"), message("2"), message("3")];
    const mailbox = open({ box, past: pastOf("1"), pastPages: [page("p")] });
    expect(mailbox.take("approved")).toBeUndefined();
    expect(mailbox.planSpill(0, new Set())).toBeUndefined();
    mailbox.learnPast(page("p"), pastOf("2"));
    expect(mailbox.unreadPast).toEqual([]);
    expect(mailbox.take("approved")?.id).toBe("3");
    expect(mailbox.left.box).toEqual([]);
    expect(mailbox.past).toEqual(pastOf("1", "2"));
    expect(mailbox.taken).toEqual([{ id: "3", at: now }]);
  });

  it("is kept for as long as copies of it may come, counted from the round's beginning", () => {
    const mailbox = open({ past: pastOf("1"), pastPages: [page("p")] });
    now = AFTER - 1;
    expect(mailbox.isPastOver).toBe(false);
    expect(mailbox).toMatchObject({ spent: 0, left: { box: [], spilled: [] } });
    now = AFTER;
    expect(mailbox.spent).toBe(2);
    expect(mailbox.left).toEqual({ box: [], spilled: [], isPastOver: true });
    mailbox.refresh({ ...NO_PAST, box: [], spilled: [] });
    expect(mailbox.spent).toBe(0);
  });

  it("is kept for longer while a message is there that may be a copy", () => {
    const box = [message("1"), message("2")];
    const mailbox = open({ box, pastPages: [page("p")] });
    now = AFTER;
    expect(mailbox.isPastOver).toBe(false);
    mailbox.learnPast(page("p"), pastOf("1"));
    expect(mailbox.left).toEqual({ box: [message("2")], spilled: [], isPastOver: true });
  });

  it("is kept while a copy of it is in a page, or a page is not read", () => {
    const mailbox = open({ spilled: [page("a")], past: pastOf("1") });
    now = AFTER;
    expect(mailbox.isPastOver).toBe(false);
    mailbox.learn(page("a"), [message("1"), message("2")]);
    expect(mailbox.isPastOver).toBe(false);
    mailbox.refresh({ box: [], spilled: [page("b")], past: pastOf("1"), pastPages: [] });
    mailbox.learn(page("b"), [message("2")]);
    expect(mailbox.isPastOver).toBe(true);
  });
});
