import { beforeEach, describe, expect, it } from "vitest";
import { LIMITS } from "../../lambda/core/limits.ts";
import type { RunStatus } from "../../lambda/core/status.ts";
import { type Meta, referenceText, type RunReference } from "../../lambda/store/meta.ts";
import { openTestStore, s, type OpenedStore } from "../support/test-store.ts";

const waiters = Array.from({ length: LIMITS.waitersMax }, (_, index) => ({
  id: `waiter-${index}`,
  incarnation: "inc",
}));
const [known = { id: "", incarnation: "" }, ...others] = waiters;
const another = { id: "another", incarnation: "inc" };

let opened: OpenedStore;
beforeEach(async () => {
  opened = await openTestStore();
});

const putChild = (references: readonly RunReference[], status: RunStatus = "running") =>
  opened.put(status, { waiters: { SS: references.map(referenceText) } });
const putWaiter = (status: RunStatus, { id, incarnation }: RunReference) =>
  opened.replace(status, { inc: s(incarnation) }, id);
const putWaiters = async (references: readonly RunReference[]) => {
  for (const reference of references) await putWaiter("waiting", reference);
};
const join = (child: Meta, waiter: RunReference, tx: string) =>
  opened.store.addWaiter(child, waiter, tx, () => opened.ids.nonce());
const waitersNow = async () => (await opened.store.readRun("run"))?.waiters ?? [];

describe("a run that wants to be told of another's end", () => {
  it("is its waiter as long as there are not too many", async () => {
    await putWaiters([...others, another]);
    const child = await putChild(others);
    expect(await join(child, another, "join")).toBe("joined");
    expect(await waitersNow()).toHaveLength(LIMITS.waitersMax);
    expect(await join(child, known, "one too many")).toBe("full");
    expect(await waitersNow()).toContainEqual(another);
    expect(await waitersNow()).not.toContainEqual(known);
  });

  it("is not refused if it is its waiter already", async () => {
    const child = await putChild(waiters);
    expect(await join(child, known, "again")).toBe("joined");
    opened.fates.push({}, { losesReply: true });
    expect(await join(child, known, "lost")).toBe("joined");
    expect(await waitersNow()).toHaveLength(LIMITS.waitersMax);
  });

  it("is not told of one that is over, or was started anew", async () => {
    const ended = await putChild(waiters, "succeeded");
    expect(await join(ended, another, "join")).toBe("over");
    await putChild(waiters);
    expect(await join(ended, another, "join")).toBe("over");
  });
});

describe("a run for which as many wait as may", () => {
  const [gone, renewed, ...rest] = waiters;
  const ends = ["succeeded", "failed", "cancelled"] as const;
  const ended = rest.splice(0, ends.length);

  /** One is gone, one was started anew, three have ended; the others go on, each in a status of its own. */
  async function putMixed() {
    if (renewed) await putWaiter("waiting", { ...renewed, incarnation: "another" });
    for (const [at, status] of ends.entries()) await putWaiter(status, ended[at] ?? known);
    const statuses = ["queued", "running", "waiting", "paused", "blocked"] as const;
    for (const [at, one] of rest.entries()) {
      await putWaiter(statuses[at % statuses.length] ?? "queued", one);
    }
    return putChild(waiters);
  }

  it("gives up the places of those that are gone, were started anew or have ended", async () => {
    const child = await putMixed();
    expect(await join(child, another, "join")).toBe("joined");
    const now = await waitersNow();
    expect(now).toHaveLength(rest.length + 1);
    expect(now).toEqual(expect.arrayContaining([another, rest[0], rest.at(-1)]));
    for (const one of [gone, renewed, ...ended]) expect(now).not.toContainEqual(one);
  });

  it("is joined by two at once that both give up the same places", async () => {
    const child = await putMixed();
    const second = { id: "second", incarnation: "inc" };
    // After the first refusal and the reading of all waiters, just before the places are given up.
    const reads = Array.from({ length: LIMITS.waitersMax / 100 }, () => ({}));
    opened.fates.push({}, ...reads, { before: () => join(child, second, "second") });
    expect(await join(child, another, "first")).toBe("joined");
    expect(await waitersNow()).toHaveLength(rest.length + 2);
    expect(await waitersNow()).toEqual(expect.arrayContaining([another, second]));
  });

  it("keeps the place of one that was resumed, and joined again, after it was seen ended", async () => {
    const child = await putMixed();
    const [resumed = known] = ended;
    const reads = Array.from({ length: LIMITS.waitersMax / 100 }, () => ({}));
    const resume = async () => {
      await putWaiter("waiting", resumed);
      expect(await join(child, resumed, "again")).toBe("joined");
    };
    opened.fates.push({}, ...reads, { before: resume });
    expect(await join(child, another, "join")).toBe("joined");
    expect(await waitersNow()).toContainEqual(resumed);
    expect(await waitersNow()).toContainEqual(another);
    expect(await waitersNow()).toHaveLength(rest.length + 2);
  });

  it("keeps that place also when a late copy of an earlier join arrives in between", async () => {
    const child = await putMixed();
    const [resumed = known] = ended;
    const [early = known] = rest;
    let arrive: () => Promise<unknown> = async () => undefined;
    opened.fates.push({ copied: (copy) => void (arrive = copy) });
    expect(await join(child, early, "early")).toBe("joined");
    const reads = Array.from({ length: LIMITS.waitersMax / 100 }, () => ({}));
    const resume = async () => {
      await putWaiter("waiting", resumed);
      await join(child, resumed, "again");
      await arrive();
    };
    opened.fates.push({}, ...reads, { before: resume });
    expect(await join(child, another, "join")).toBe("joined");
    expect(await waitersNow()).toContainEqual(resumed);
  });

  it("gives the places up once, however often the request for it arrives", async () => {
    const child = await putMixed();
    const [resumed = known] = ended;
    let arrive: () => Promise<unknown> = async () => undefined;
    const reads = Array.from({ length: LIMITS.waitersMax / 100 }, () => ({}));
    opened.fates.push({}, ...reads, { losesReply: true, copied: (copy) => void (arrive = copy) });
    expect(await join(child, another, "join")).toBe("joined");
    await putWaiter("waiting", resumed);
    await join(child, resumed, "again");
    await arrive();
    expect(await waitersNow()).toContainEqual(resumed);
  });

  it("keeps its own parent's, by which an orphan is told", async () => {
    await putWaiters(others);
    await putWaiter("cancelled", known);
    const child = await opened.put("running", {
      waiters: { SS: waiters.map(referenceText) },
      parent: s(referenceText(known)),
    });
    expect(child.parent).toEqual(known);
    expect(await join(child, another, "join")).toBe("full");
    expect(await waitersNow()).toContainEqual(known);
  });

  it("is not joined once it has ended meanwhile", async () => {
    const child = await putMixed();
    const before = async () => {
      await opened.replace("succeeded", {
        inc: s(child.incarnation),
        waiters: { SS: waiters.map(referenceText) },
      });
    };
    opened.fates.push({}, { before });
    expect(await join(child, another, "join")).toBe("over");
    expect(await waitersNow()).toHaveLength(LIMITS.waitersMax);
  });
});
