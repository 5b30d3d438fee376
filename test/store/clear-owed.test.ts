import { beforeEach, expect, it } from "vitest";
import { referenceText } from "../../lambda/store/meta.ts";
import { n, openTestStore, type OpenedStore } from "../support/test-store.ts";

let opened: OpenedStore;
beforeEach(async () => {
  opened = await openTestStore();
});

const owing = {
  owed: { SS: ["waiters"] },
  waiters: { SS: [referenceText({ id: "parent", incarnation: "p1" })] },
};

it("what a finished run owes is said to be done once", async () => {
  const meta = await opened.put("failed", owing);
  await opened.store.clearOwed(meta, "first");
  expect((await opened.store.readRun("run"))?.owed).toEqual([]);
  await opened.store.clearOwed(meta, "again");
  expect(await opened.store.readRun("run")).toMatchObject({ owed: [], tx: "first" });
});

it("who has settled what an earlier end owed does not clear what a later one owes", async () => {
  const earlier = await opened.put("failed", owing);
  await opened.put("failed", { ...owing, gen: n(1) });
  await opened.store.clearOwed(earlier, "late");
  expect((await opened.store.readRun("run"))?.owed).toEqual(["waiters"]);
});
