import { beforeEach, expect, it } from "vitest";
import { LIMITS } from "../../lambda/core/limits.ts";
import { type TakenMessage, takenText } from "../../lambda/store/mailbox.ts";
import { historyOf, type Meta } from "../../lambda/store/meta.ts";
import { isPast, keepPast, type Past, readPastPage } from "../../lambda/store/past.ts";
import { partitionsOf } from "../../lambda/store/restamp.ts";
import { n, NOW, openTestStore, type OpenedStore } from "../support/test-store.ts";

let opened: OpenedStore;
beforeEach(async () => {
  opened = await openTestStore();
});

const taken = (count: number): TakenMessage[] =>
  Array.from({ length: count }, (_, index) => ({ id: opened.ids.ulid(NOW), at: NOW + index }));
const me = ({ id, incarnation, generation }: Meta) =>
  ({ id, incarnation, generation, epoch: 1, owner: "owner" }) as const;
const keep = (run: Meta, entries: readonly TakenMessage[], above: number = LIMITS.spillAbove) =>
  keepPast(opened.store.values, entries, above, {
    historyPk: historyOf(run),
    ttlSeconds: 9,
    nonce: () => opened.ids.nonce(),
  });
const begin = (run: Meta, past: Past) =>
  opened.store.continueAsNew(me(run), "round", {
    input: "1",
    now: NOW,
    left: { box: [], spilled: [] },
    seenWakeSeq: run.wakeSeq,
    past,
  });
const contentOf = async ({ past, pastPages }: Past) => {
  const pages = await Promise.all(pastPages.map((page) => readPastPage(opened.store.values, page)));
  return [...past, ...pages.flat()];
};

it.each([
  { count: LIMITS.spillAbove, pages: 0 },
  { count: LIMITS.spillAbove + 1, pages: 1 },
  { count: 3 * LIMITS.pastPage, pages: 3 },
])(
  "a round that follows $count messages knows each of them, and its META is small: $pages pages",
  async ({ count, pages }) => {
    const run = await opened.put("running");
    const entries = taken(count);
    expect((await begin(run, await keep(run, entries))).outcome).toBe("done");
    const next = await opened.store.readRun("run");
    if (!next) throw new Error("the run is gone");
    expect(next.pastPages).toHaveLength(pages);
    expect((await contentOf(next)).toSorted((a, b) => a.at - b.at)).toEqual(entries);
    expect(JSON.stringify(await opened.item()).length).toBeLessThan(2_600);
    const { values } = opened.store;
    expect(await isPast(values, next, entries.at(-1)?.id ?? "")).toBe(true);
    expect(await isPast(values, next, "another")).toBe(false);
  },
);

it("a message that is named twice is remembered once", async () => {
  const run = await opened.put("running");
  const [one] = taken(1);
  if (!one) throw new Error("there is none");
  expect(await keep(run, [one, one])).toEqual({ past: [one], pastPages: [] });
});

it("what was remembered in pages is not once nothing is to be, nor the other way round", async () => {
  const run = await opened.put("running");
  await begin(run, await keep(run, taken(3), 2));
  const second = await opened.store.readRun("run");
  if (!second) throw new Error("the run is gone");
  await begin(second, await keep(second, taken(1)));
  const third = await opened.store.readRun("run");
  expect(third).toMatchObject({ generation: 2, past: [{}], pastPages: [] });
  if (third) await begin(third, { past: [], pastPages: [] });
  expect(await opened.item()).not.toHaveProperty("past");
});

it("the partitions that a live run needs are also those of what it remembers", async () => {
  const run = await opened.put("running");
  const pastPages = [{ ...(await keep(run, taken(1), 0)).pastPages[0], pk: "H#before#7" }] as never;
  expect(await partitionsOf(opened.store.values, { ...run, pastPages })).toEqual([
    historyOf(run),
    "H#before#7",
  ]);
});

it.each(["park", "heartbeat"] as const)(
  "a %s drops what is remembered, with what is left of the mailbox, if nothing has come since",
  async (by) => {
    const past = { SS: taken(2).map(takenText) };
    const pages = await keep(await opened.put("running"), taken(1), 0);
    const run = await opened.put("running", { past, wakeSeq: n(3) });
    await begin(run, { past: taken(2), pastPages: pages.pastPages });
    const next = await opened.store.readRun("run");
    if (!next) throw new Error("the run is gone");
    const drop = (seenWakeSeq: number) => {
      const left = { box: [], spilled: [], isPastOver: true };
      const rest = { progress: 0, historyTtl: 9, dueAt: undefined, quorum: undefined };
      return by === "park"
        ? opened.store.parkRun(me(next), `park ${seenWakeSeq}`, {
            ...rest,
            now: NOW,
            seenWakeSeq,
            left,
            isFenced: true,
          })
        : opened.store.heartbeat(me(next), `beat ${seenWakeSeq}`, {
            leaseUntil: NOW + 90_000,
            activity: [],
            progress: undefined,
            trim: { ...left, seenWakeSeq },
          });
    };
    expect((await drop(2)).outcome).toBe("refused");
    expect(await opened.item()).toMatchObject({ past: {}, pastPages: {} });
    expect((await drop(3)).outcome).toBe("done");
    const item = await opened.item();
    expect(item).not.toHaveProperty("past");
    expect(item).not.toHaveProperty("pastPages");
  },
);
