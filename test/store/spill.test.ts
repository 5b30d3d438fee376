import { beforeEach, expect, it } from "vitest";
import type { Message, Page } from "../../lambda/store/mailbox.ts";
import { messageAttribute } from "../../lambda/store/mailbox.ts";
import { historyOf, type Meta } from "../../lambda/store/meta.ts";
import { keepPage, readMailbox } from "../../lambda/store/spill.ts";
import { n, NOW, openTestStore, type OpenedStore, s } from "../support/test-store.ts";

let opened: OpenedStore;
beforeEach(async () => {
  opened = await openTestStore();
});

const message = (id: string): Message => ({ id, name: "note", value: `"${id}"`, sentAt: NOW });
const IDS = ["a", "b", "c"];
const idsNow = async (): Promise<string[]> => {
  const meta = await opened.store.readRun("run");
  if (!meta) throw new Error("the run is not there");
  return (await readMailbox(opened.store.values, meta)).map(({ id }) => id);
};

/** A run with three messages, and a page that holds them, which nothing names. */
async function flooded(): Promise<{ run: Meta; page: Page }> {
  const box = { L: IDS.map((id) => messageAttribute(message(id))) };
  const run = await opened.put("running", { box });
  const where = { historyPk: historyOf(run), ttlSeconds: 9, nonce: "page" };
  const page = await keepPage(opened.store.values, IDS.map(message), where);
  opened.calls.length = 0;
  return { run, page };
}
const spill = ({ run, page }: { run: Meta; page: Page }, tx = "spill", epoch = 1) => {
  const me = { id: "run", incarnation: run.incarnation, generation: 0, epoch, owner: "owner" };
  const spilled = { before: [], after: [page], first: "a", last: "c", count: 3 };
  return opened.store.spillMessages(me, tx, spilled);
};
const send = (run: Meta, id: string) =>
  opened.store.sendMessage({ to: run, message: message(id), now: NOW, tx: `send-${id}` });

it("messages are in no two places, and in one, whether the write that moves them is made or not", async () => {
  const given = await flooded();
  expect(await idsNow()).toEqual(IDS);
  expect((await spill(given)).outcome).toBe("done");
  expect(await idsNow()).toEqual(IDS);
  expect((await opened.store.readRun("run"))?.box).toEqual([]);
});

it("a message that is sent while others are moved comes behind them", async () => {
  const given = await flooded();
  opened.fates.push({ before: () => send(given.run, "d") });
  expect((await spill(given)).outcome).toBe("done");
  expect(await idsNow()).toEqual([...IDS, "d"]);
});

it("messages are moved once when the reply is lost", async () => {
  const given = await flooded();
  opened.fates.push({ losesReply: true });
  expect((await spill(given)).outcome).toBe("done");
  await send(given.run, "d");
  expect(await idsNow()).toEqual([...IDS, "d"]);
});

it("a copy of the move that comes late removes nothing of what was sent since", async () => {
  const given = await flooded();
  let arrive: () => Promise<unknown> = () => Promise.resolve();
  opened.fates.push({ copied: (late) => void (arrive = late) });
  await spill(given);
  for (const id of ["d", "e", "f"]) await send(given.run, id);
  await arrive();
  expect(await idsNow()).toEqual([...IDS, "d", "e", "f"]);
});

it("an owner that was taken over moves nothing", async () => {
  const given = await flooded();
  await opened.store.readRun("run");
  const before = await opened.item();
  expect((await spill(given, "spill", 0)).outcome).toBe("lost");
  expect(await opened.item()).toEqual(before);
  expect(before).toMatchObject({ epoch: n(1), owner: s("owner") });
});

it("a trim that was under way does not bring back what has been moved", async () => {
  const given = await flooded();
  const { wakeSeq } = given.run;
  await spill(given);
  const me = {
    id: "run",
    incarnation: given.run.incarnation,
    generation: 0,
    epoch: 1,
    owner: "owner",
  };
  const trim = { box: [message("c")], spilled: [], seenWakeSeq: wakeSeq };
  const beat = { now: NOW, leaseUntil: NOW + 90_000, activity: [], progress: undefined, trim };
  expect((await opened.store.heartbeat(me, "trim", beat)).outcome).toBe("refused");
  expect(await idsNow()).toEqual(IDS);
});
