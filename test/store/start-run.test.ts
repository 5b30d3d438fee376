import { expect, it } from "vitest";
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
    ttl: n((NOW + ms + LIMITS.retentionMs) / 1000),
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
