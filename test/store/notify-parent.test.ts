import { beforeEach, describe, expect, it } from "vitest";
import { LIMITS } from "../../lambda/core/limits.ts";
import type { RunStatus } from "../../lambda/core/status.ts";
import type { RunReference } from "../../lambda/store/meta.ts";
import type { Notice } from "../../lambda/store/notify-parent.ts";
import { n, NOW, openTestStore, type OpenedStore } from "../support/test-store.ts";

const GATHER_MS = 1_000;
const LIVE = ["queued", "running", "waiting", "blocked"] as const;

let opened: OpenedStore;
beforeEach(async () => {
  opened = await openTestStore();
});

const notify = (to: RunReference, about: Partial<Notice> = {}) =>
  opened.store.notifyParent({
    to,
    childFailed: false,
    now: NOW,
    gatherMs: GATHER_MS,
    isOneOfMany: false,
    tx: "notice",
    ...about,
  });

/** Every state of a parent that a notice can tell apart. */
const STATES = LIVE.flatMap((status) =>
  [undefined, 0, 1, 2].flatMap((quorum) =>
    [undefined, NOW - 5, NOW, NOW + 1, NOW + GATHER_MS, NOW + GATHER_MS + 1].map((dueAt) => ({
      status,
      quorum,
      dueAt,
    })),
  ),
);

const putParent = ({ status, quorum, dueAt }: (typeof STATES)[number]) =>
  opened.put(status, {
    quorum: quorum === undefined ? undefined : n(quorum),
    dueAt: dueAt === undefined ? undefined : n(dueAt),
  });

describe("a child's notice", () => {
  it.each([false, true])(
    "comes to the same by at most two writes, whatever was tried first (failed: %s)",
    async (childFailed) => {
      for (const state of STATES) {
        const ends = [];
        for (const isOneOfMany of [false, true]) {
          const parent = await putParent(state);
          opened.calls.length = 0;
          const due = await notify(parent, { childFailed, isOneOfMany });
          expect(opened.calls.length, JSON.stringify(state)).toBeLessThanOrEqual(2);
          ends.push({ due, item: { ...(await opened.item()), inc: undefined } });
        }
        expect(ends[0], JSON.stringify(state)).toEqual(ends[1]);
        expect(ends[0]?.item, JSON.stringify(state)).toMatchObject({ wakeSeq: n(1) });
      }
    },
  );

  it("never moves a wake-up later", async () => {
    for (const state of STATES) {
      for (const childFailed of [false, true]) {
        await notify(await putParent(state), { childFailed });
        const dueAt = Number((await opened.item())?.["dueAt"]?.N ?? Number.POSITIVE_INFINITY);
        expect(dueAt, JSON.stringify(state)).toBeLessThanOrEqual(
          state.dueAt ?? Number.POSITIVE_INFINITY,
        );
      }
    }
  });

  it("wakes at once a parent that waits for nothing else", async () => {
    const parent = await opened.put("waiting", { quorum: n(1), dueAt: undefined });
    expect(await notify(parent)).toEqual({ dueAt: NOW, isNew: true });
    expect(opened.calls).toEqual(["UpdateItem"]);
    expect(await opened.item()).toMatchObject({
      dueAt: n(NOW),
      checkAt: n(NOW + LIMITS.checkAfterMs),
    });
  });

  it("gives others time to finish when it is not known what the parent waits for", async () => {
    const parent = await opened.put("waiting", { dueAt: undefined });
    expect(await notify(parent)).toEqual({ dueAt: NOW + GATHER_MS, isNew: true });
  });

  it("of a child that failed wakes a parent that waits for more", async () => {
    const state = { status: "waiting", quorum: 3, dueAt: undefined } as const;
    expect(await notify(await putParent(state))).toBeUndefined();
    expect(await opened.item()).toMatchObject({ quorum: n(2) });
    const due = await notify(await putParent(state), { childFailed: true });
    expect(due).toEqual({ dueAt: NOW + GATHER_MS, isNew: true });
  });

  it.each([true, false])(
    "that repeats one whose hint was lost says when the parent is due (of many: %s)",
    async (isOneOfMany) => {
      const parent = await opened.put("waiting", { dueAt: undefined });
      await notify(parent);
      const due = await notify(parent, { isOneOfMany });
      expect(due).toEqual({ dueAt: NOW + GATHER_MS, isNew: false });
    },
  );

  it.each(["succeeded", "failed", "cancelled"] as const satisfies RunStatus[])(
    "changes nothing in a parent that has %s",
    async (status) => {
      const parent = await opened.put(status);
      const before = await opened.item();
      expect(await notify(parent)).toBeUndefined();
      expect(await opened.item()).toEqual(before);
    },
  );

  it("reaches no other run of the same id, and makes none", async () => {
    const parent = await opened.put("waiting");
    const before = await opened.item();
    expect(await notify({ ...parent, incarnation: "former" })).toBeUndefined();
    expect(await opened.item()).toEqual(before);
    expect(await notify({ id: "nobody", incarnation: "i" })).toBeUndefined();
    expect(await opened.item("nobody")).toBeUndefined();
  });
});
