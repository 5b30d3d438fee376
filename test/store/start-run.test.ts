import { describe, expect, it } from "vitest";
import { LIMITS } from "../../lambda/core/limits.ts";
import { n, NOW, openTestStore, s } from "../support/test-store.ts";

const run = {
  id: "run",
  incarnation: "i1",
  workflow: "w",
  input: "1",
  inputHash: "h",
  now: NOW,
  tx: "tx1",
};

it.each([
  ["soon", 5_000, NOW + 5_000],
  ["later", 3_600_000, NOW + LIMITS.checkAfterMs],
])("a run whose deadline is %s is first looked at by then", async (_, ms, checkAt) => {
  const { store, item } = await openTestStore();
  const { meta } = await store.startRun({ ...run, deadline: NOW + ms });
  expect(meta.deadline).toBe(NOW + ms);
  expect(await item()).toMatchObject({
    deadline: n(NOW + ms),
    checkAt: n(checkAt),
    ttl: n((NOW + ms + LIMITS.cleanupMs + LIMITS.retentionMs) / 1000),
  });
});

it("a run keeps the attributes it was started with", async () => {
  const { store, item } = await openTestStore();
  await store.startRun({ ...run, attributes: { tenant: "acme" } });
  expect(await item()).toMatchObject({ attributes: { M: { tenant: s("acme") } } });
  expect(await store.readRun("run")).toMatchObject({ attributes: { tenant: "acme" } });
});

it("a run without deadline and attributes spends no bytes on them", async () => {
  const { store, item } = await openTestStore();
  const { meta } = await store.startRun({ ...run, attributes: {} });
  expect(meta).toMatchObject({ deadline: undefined, attributes: {} });
  expect(await item()).not.toHaveProperty("attributes");
  expect(await item()).not.toHaveProperty("deadline");
});

describe("a child that was given up before it was started", () => {
  const parent = { id: "p", incarnation: "p1" };
  const givenUp = { ...run, id: "p~1~c", parent: { ...parent, generation: 1 }, error: "e" };
  const again = { ...run, id: "p~1~c", incarnation: "i2", tx: "tx2" };

  it.each([
    ["the generation that gave it up", { ...parent, generation: 1 }],
    ["a generation before", { ...parent, generation: 0 }],
    ["another run of its parent's id", { id: "p", incarnation: "p2", generation: 2 }],
    ["another run", { id: "q", incarnation: "p1", generation: 2 }],
    ["a client", undefined],
  ])("is not started by %s", async (_, by) => {
    const { store } = await openTestStore();
    await store.putCancelled(givenUp);
    const started = await store.startRun({ ...again, ...(by && { parent: by }) });
    expect(started.created).toBe(false);
    expect(await store.readRun("p~1~c")).toMatchObject({ status: "cancelled", tx: "tx1" });
  });

  it("is started by a later generation of its parent, once, and not given up by the former one any more", async () => {
    const { store } = await openTestStore();
    await store.putCancelled(givenUp);
    const by = { ...again, parent: { ...parent, generation: 2 } };
    expect((await store.startRun(by)).created).toBe(true);
    expect((await store.startRun({ ...by, incarnation: "i3", tx: "tx3" })).created).toBe(false);
    expect((await store.putCancelled({ ...givenUp, incarnation: "i4" })).created).toBe(false);
    expect(await store.readRun("p~1~c")).toMatchObject({
      status: "queued",
      tx: "tx2",
      givenUpBy: undefined,
      finishedAt: undefined,
    });
  });
});
