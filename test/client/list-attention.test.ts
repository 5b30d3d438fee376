import { beforeEach, describe, expect, it } from "vitest";
import { type ListOptions, type RunHandle, TerminalError, workflow } from "../../lambda/index.ts";
import { NOW, n, s } from "../support/test-store.ts";
import { World } from "../../lambda/testing/world.ts";
import { type ClientUnderTest, clientUnderTest } from "./client-of.ts";

const DAY = 86_400_000;
let client: ClientUnderTest;
beforeEach(async () => {
  client = await clientUnderTest();
});

/** Puts a failed run that was started and failed so long ago. */
const failed = (id: string, ago: { began?: number; ended: number }, shard = 0) =>
  client.put(
    "failed",
    {
      startedAt: n(NOW - (ago.began ?? ago.ended)),
      attentionShard: s(String(shard)),
      attentionAt: n(NOW - ago.ended),
    },
    id,
  );

/** Ids of all pages, a page each. */
async function pages(options: ListOptions): Promise<string[][]> {
  const seen: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = await client.savepoint.list({
      status: "failed",
      ...options,
      ...(cursor && { cursor }),
    });
    seen.push(page.runs.map(({ id }) => id));
    cursor = page.next;
  } while (cursor);
  return seen;
}

describe("listing failed runs", () => {
  it("gives those that failed last first, of all shards, page by page", async () => {
    for (let i = 0; i < 9; i += 1) await failed(`run-${i}`, { ended: i * DAY }, i % 4);
    expect(await pages({ limit: 4 })).toEqual([
      ["run-0", "run-1", "run-2", "run-3"],
      ["run-4", "run-5", "run-6", "run-7"],
      ["run-8"],
    ]);
  });

  it("loses and repeats none of those that failed at the same time", async () => {
    for (let i = 0; i < 90; i += 1) await failed(`run-${10 + i}`, { ended: 5 }, i % 2);
    const seen = (await pages({ limit: 7 })).flat();
    expect(seen).toEqual(Array.from({ length: 90 }, (_, i) => `run-${99 - i}`));
  });

  it("finds one however long ago it was started, unless it is told since when", async () => {
    await failed("old", { began: 400 * DAY, ended: 1 });
    await failed("new", { began: 2 * DAY, ended: DAY });
    expect(await pages({})).toEqual([["old", "new"]]);
    expect(await pages({ since: NOW - 3 * DAY })).toEqual([["new"]]);
    expect(await pages({ until: NOW - 3 * DAY })).toEqual([["old"]]);
  });

  it("reads one page of each shard, and one more of a shard that is through", async () => {
    for (let i = 0; i < 60; i += 1) await failed(`run-${10 + i}`, { ended: i });
    client.calls.length = 0;
    await client.savepoint.list({ status: "failed", limit: 10 });
    expect(client.calls.filter((call) => call === "Query").length).toBe(5);
    expect(client.calls.filter((call) => call === "BatchGetItem").length).toBe(1);
  });

  it("is told apart from listing blocked ones, and filters by all the rest", async () => {
    await failed("one", { ended: 1 });
    await client.put("blocked", { workflow: s("other") }, "two");
    expect(await pages({})).toEqual([["one"]]);
    expect(await pages({ status: "blocked" })).toEqual([["two"]]);
    expect(await pages({ status: "blocked", workflow: "w" })).toEqual([[]]);
  });
});

describe("a failed run", () => {
  const broken = workflow("broken", {}, async (ctx) => {
    await ctx.step("work", () => {
      throw new TerminalError("broken");
    });
  });
  it("is in the list once when it has been resumed and has failed again, though the index lags", async () => {
    const world = await World.create({
      workflows: [broken],
      indexLagMs: (index) => (index === "attention" ? 5_000 : 0),
    });
    world.begin();
    const listed = async () =>
      (await world.until(world.savepoint.list({ status: "failed" }))).runs.map(({ id }) => id);
    const end = (run: RunHandle) => world.until(run.result().catch(() => undefined));
    const first = await world.until(world.savepoint.start(broken, undefined, { id: "first" }));
    await end(first);
    await world.pass(10_000);
    const second = await world.until(world.savepoint.start(broken, undefined, { id: "second" }));
    await end(second);
    await world.pass(10_000);
    expect(await listed()).toEqual(["second", "first"]);
    await world.until(first.resume());
    expect(await listed()).toEqual(["second"]);
    await end(first);
    expect(await listed()).toEqual(["second"]);
    await world.pass(10_000);
    expect(await listed()).toEqual(["first", "second"]);
    await world.end();
  });
});
