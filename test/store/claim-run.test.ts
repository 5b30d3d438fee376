import { beforeEach, describe, expect, it } from "vitest";
import { n, NOW, openTestStore, type OpenedStore, s } from "../support/test-store.ts";

let opened: OpenedStore;
beforeEach(async () => {
  opened = await openTestStore();
});

const LEASE_MS = 9_000;
const claim = (owner: string, bundle: string, now = NOW) =>
  opened.store.claimRun({
    id: "run",
    owner,
    message: "m",
    now,
    leaseUntil: now + LEASE_MS,
    bundle,
    codes: ["c"],
  });
/** Claims one after the other, each over the lease of the one before it, which has ended. */
async function takenOver(...bundles: readonly string[]) {
  let former: string | undefined;
  for (const [place, bundle] of bundles.entries()) {
    const claimed = await claim(`owner-${place}`, bundle, NOW + place * (LEASE_MS + 1));
    expect(claimed.claimed).toBe(true);
    former = claimed.meta?.formerBundle;
  }
  return former;
}

describe("a claim", () => {
  it("names the code of its owner, and no former one when the run was given back", async () => {
    await opened.put("queued");
    expect(await claim("o", "new")).toMatchObject({
      claimed: true,
      isTakeover: false,
      meta: { bundle: "new", formerBundle: undefined },
    });
  });

  it("over a lease says which code the former owner has", async () => {
    await opened.put("queued");
    expect(await takenOver("old", "new")).toBe("old");
  });

  it("over leases one after the other names their code as long as it is one", async () => {
    await opened.put("queued");
    expect(await takenOver("old", "old", "new")).toBe("old");
    await opened.put("queued");
    expect(await takenOver("old", "new", "new")).not.toMatch(/^(old|new)$/);
    await opened.put("queued");
    expect(await takenOver("new", "old", "new")).not.toMatch(/^(old|new)$/);
  });

  it("over the lease of an owner that named no code says that it is another", async () => {
    await opened.put("running", { leaseUntil: n(NOW - 1) });
    expect(await claim("o", "new")).toMatchObject({ claimed: true, isTakeover: true });
    expect((await opened.item())?.["former"]).toEqual(s(""));
  });

  it("over a lease by two at once is one's", async () => {
    await opened.put("running", { leaseUntil: n(NOW - 1) });
    const both = await Promise.all([claim("a", "new"), claim("b", "new")]);
    expect(both.filter(({ claimed }) => claimed)).toHaveLength(1);
    const winner = both.find(({ claimed }) => claimed);
    expect(await opened.item()).toMatchObject({ owner: s(winner?.meta?.owner ?? ""), epoch: n(2) });
  });

  it("over a lease is refused when another has owned the run since it was looked at", async () => {
    const { incarnation } = await opened.put("running", { leaseUntil: n(NOW - 1) });
    const others = () =>
      opened.replace("running", {
        inc: s(incarnation),
        owner: s("other"),
        leaseUntil: n(NOW - 1),
        bundle: s("old"),
      });
    opened.fates.push({}, { before: others });
    expect((await claim("o", "new")).claimed).toBe(false);
    expect(await opened.item()).toMatchObject({ owner: s("other"), bundle: s("old") });
  });

  it("over a lease whose reply is lost knows what the refused one knew", async () => {
    await opened.put("running", { leaseUntil: n(NOW - 1), bundle: s("old") });
    opened.fates.push({}, { losesReply: true });
    expect(await claim("o", "new")).toMatchObject({
      claimed: true,
      isTakeover: true,
      meta: { bundle: "new", formerBundle: "old", epoch: 2 },
    });
  });

  it("is no matter for the next one once its operations are marked and the run is given back", async () => {
    const { incarnation } = await opened.put("running", { leaseUntil: n(NOW - 1) });
    await claim("o", "new");
    const me = { id: "run", incarnation, generation: 0, epoch: 2, owner: "o" };
    const given = { now: NOW, progress: undefined, isUnread: false };
    await opened.store.handOverRun(me, "h1", { ...given, isFenced: true });
    expect(await opened.item()).not.toHaveProperty("former");
    expect(await claim("p", "new")).toMatchObject({ isTakeover: false });
  });

  it("stays known while nothing is marked, also when the run is given back", async () => {
    const { incarnation } = await opened.put("running", {
      leaseUntil: n(NOW - 1),
      bundle: s("old"),
    });
    await claim("o", "new");
    const me = { id: "run", incarnation, generation: 0, epoch: 2, owner: "o" };
    const given = { now: NOW, progress: undefined, isUnread: true };
    await opened.store.handOverRun(me, "h1", { ...given, isFenced: false });
    expect(await claim("p", "new")).toMatchObject({
      isTakeover: true,
      meta: { formerBundle: "old" },
    });
  });
});
