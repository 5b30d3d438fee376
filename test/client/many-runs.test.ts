import { beforeEach, describe, expect, it } from "vitest";
import { bulkPage } from "../../lambda/client/bulk.ts";
import type { ClientDependencies } from "../../lambda/client/dependencies.ts";
import { list } from "../../lambda/client/list.ts";
import { bulkPages, wholeReport } from "../../lambda/core/bulk.ts";
import { StoreUnavailableError } from "../../lambda/core/errors.ts";
import type { RunStatus } from "../../lambda/core/status.ts";
import { listShard, startedKey } from "../../lambda/store/start-run.ts";
import type { Store } from "../../lambda/store/store.ts";
import { n, NOW, s, stillClock } from "../support/test-store.ts";
import { type ClientUnderTest, clientUnderTest } from "./client-of.ts";

let client: ClientUnderTest;
beforeEach(async () => {
  client = await clientUnderTest();
});

let put = 0;
/** Puts a run as it would be in a status, started before those put earlier. */
async function runIn(status: RunStatus, id: string, of = "w"): Promise<void> {
  put += 1;
  const startedAt = NOW - put * 1_000;
  const day = new Date(startedAt).toISOString().slice(0, 10);
  await client.put(
    status,
    {
      workflow: s(of),
      startedAt: n(startedAt),
      listShard: s(listShard(day, 0)),
      startedKey: s(startedKey(startedAt, id)),
      ...(status === "failed" && { attentionShard: s("0"), attentionAt: n(startedAt) }),
    },
    id,
  );
}

/** The parts of the client under test, some of them replaced. */
const partsWith = (
  replaced: Partial<Store>,
  clock: ClientDependencies["clock"] = stillClock,
): ClientDependencies => {
  const ignore = () => {};
  const unused = () => Promise.reject(new Error("a client only sends hints"));
  return {
    store: { ...client.store, ...replaced },
    ids: client.ids,
    clock,
    log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    hints: { send: async () => {}, hide: unused, hideAll: unused, delete: unused },
  };
};

/** Parts of a client to which looking at a run and cancelling one take so long. */
function slowParts({ lookMs = 0, actMs = 0 }): ClientDependencies {
  let at = 0;
  return partsWith(
    {
      async *listRuns(...given) {
        for await (const run of client.store.listRuns(...given)) {
          at += lookMs;
          yield run;
        }
      },
      async cancelRun(request) {
        at += actMs;
        return client.store.cancelRun(request);
      },
    },
    { ...stillClock, monotonic: () => at },
  );
}

const requests = async (...ids: string[]) =>
  Promise.all(ids.map(async (id) => (await client.store.readRun(id))?.cancel?.reason));

describe("many runs", () => {
  it("are cancelled by workflow and status, and no others", async () => {
    await runIn("waiting", "a");
    await runIn("paused", "b");
    await runIn("waiting", "c", "other");
    await runIn("queued", "d");
    const filter = { workflow: "w", status: ["waiting", "paused"] } as const;
    expect(await client.savepoint.bulk("cancel", filter, { reason: "enough" })).toEqual({
      matched: 2,
      done: 2,
      // A paused run goes on, to be cancelled.
      runs: [
        { id: "a", status: "waiting" },
        { id: "b", status: "queued" },
      ],
      failures: [],
    });
    expect(await requests("a", "b", "c", "d")).toEqual(["enough", "enough", undefined, undefined]);
  });

  it("are only counted when told so", async () => {
    await runIn("waiting", "a");
    await runIn("failed", "b");
    const before = [await client.item("a"), await client.item("b")];
    for (const action of ["cancel", "resume", "fork", "delete"] as const) {
      expect(await client.savepoint.bulk(action, { workflow: "w" }, { dryRun: true })).toEqual({
        matched: 2,
        done: 0,
        runs: [
          { id: "a", status: "waiting" },
          { id: "b", status: "failed" },
        ],
        failures: [],
      });
    }
    expect([await client.item("a"), await client.item("b")]).toEqual(before);
    expect(client.hints).toEqual([]);
  });

  it.each([{}, { parent: "p", since: 0, until: NOW }, { workflow: [], status: [] }])(
    "are not chosen by %j, which would let all through",
    async (filter) => {
      for (const dryRun of [true, false]) {
        await expect(client.savepoint.bulk("cancel", filter, { dryRun })).rejects.toMatchObject({
          code: "invalid_argument",
          message: expect.stringContaining("give a workflow, a status or both") as string,
        });
      }
      expect(client.calls.filter((call) => call === "Query")).toEqual([]);
    },
  );

  it.each([
    ["cancel", { reason: "x".repeat(201) }, /reason has 201 characters/],
    ["fork", { timeout: 0 }, /timeout is 0/],
    ["fork", { idempotencyKey: "" }, /is not an idempotency key/],
  ] as const)("are left alone by %s with %j, which suits none", async (action, given, message) => {
    await runIn("failed", "a");
    const asked = client.savepoint.bulk<"cancel" | "fork">(action, { workflow: "w" }, given);
    await expect(asked).rejects.toThrow(message);
  });

  it("are told by id, code and message when they refuse, and keep no other from it", async () => {
    await runIn("paused", "a");
    await runIn("waiting", "b");
    await client.savepoint.get("b").cancel();
    await runIn("blocked", "c");
    expect(await client.savepoint.bulk("resume", { workflow: "w" })).toEqual({
      matched: 3,
      done: 2,
      runs: [
        { id: "a", status: "queued" },
        { id: "c", status: "queued" },
      ],
      failures: [
        {
          id: "b",
          code: "run_conflict",
          message: 'run "b" is being cancelled; resume it once that is done',
        },
      ],
    });
  });

  it("that have gone meanwhile are deleted, and cannot be cancelled", async () => {
    await runIn("failed", "a");
    const parts = partsWith({ readRun: async () => undefined });
    expect(await bulkPage(parts, "delete", { status: "failed" }, {})).toMatchObject({
      runs: [{ id: "a" }],
      failures: [],
    });
    expect(await bulkPage(parts, "cancel", { status: "failed" }, {})).toMatchObject({
      done: 0,
      failures: [{ id: "a", code: "run_not_found" }],
    });
  });
});

describe("a page of many runs", () => {
  const IDS = ["a", "b", "c", "d", "e", "f", "g"];

  it("leads to the next one, though what was listed has changed", async () => {
    for (const id of IDS) await runIn("failed", id);
    const seen: string[][] = [];
    const pages = bulkPages((cursor) =>
      bulkPage(
        partsWith({}),
        "delete",
        { status: "failed", limit: 3, ...(cursor !== undefined && { cursor }) },
        {},
      ),
    );
    const report = await wholeReport(pages, ({ runs }) => seen.push(runs.map(({ id }) => id)));
    expect(seen).toEqual([["a", "b", "c"], ["d", "e", "f"], ["g"]]);
    expect(report).toMatchObject({ matched: 7, done: 7, failures: [] });
    expect(await client.savepoint.list({ status: "failed" })).toEqual({ runs: [] });
  });

  /** Cancels what waits, where looking at a run and cancelling one take so long; the sizes of the pages. */
  async function pagesWhen({ lookMs = 0, actMs = 0 }): Promise<number[]> {
    const parts = slowParts({ lookMs, actMs });
    const pages = bulkPages((cursor) =>
      bulkPage(parts, "cancel", { status: "waiting", ...(cursor !== undefined && { cursor }) }, {}),
    );
    const sizes: number[] = [];
    const report = await wholeReport(pages, ({ matched }) => sizes.push(matched));
    expect(report.runs.map(({ id }) => id)).toEqual(IDS);
    expect(await requests(...IDS)).toEqual(IDS.map(() => ""));
    return sizes;
  }

  it.each([
    // Those that are begun with at once, and no others.
    [{ actMs: 11_000 }, [4, 3]],
    [{ lookMs: 2_000 }, [2, 2, 2, 1]],
    // There is no time for any, but a page that did nothing would lead nowhere.
    [{ lookMs: 20_000 }, [1, 1, 1, 1, 1, 1, 1]],
  ])("ends early when it takes long, as with %j, and loses none", async (slow, sizes) => {
    for (const id of IDS) await runIn("waiting", id);
    expect(await pagesWhen(slow)).toEqual(sizes);
  });

  it("ends early when none of many is wanted, and leads on to those that are", async () => {
    for (const id of ["u", "v", "x"]) await runIn("paused", id);
    for (const id of IDS) await runIn("waiting", id);
    expect(await pagesWhen({ lookMs: 2_000 })).toEqual([0, 1, 2, 2, 2]);
  });

  it("has four runs at work at a time", async () => {
    for (const id of IDS) await runIn("waiting", id);
    let atWork = 0;
    const seen: number[] = [];
    const parts = partsWith({
      async cancelRun(request) {
        seen.push((atWork += 1));
        const cancelled = await client.store.cancelRun(request);
        atWork -= 1;
        return cancelled;
      },
    });
    await bulkPage(parts, "cancel", { workflow: "w" }, {});
    expect(seen).toHaveLength(7);
    expect(Math.max(...seen)).toBe(4);
  });

  it("stops at what no run is to blame for, and is asked for again", async () => {
    for (const id of IDS) await runIn("waiting", id);
    let calls = 0;
    const parts = partsWith({
      async cancelRun(request) {
        calls += 1;
        if (calls === 1) throw new StoreUnavailableError("AWS did not answer");
        return client.store.cancelRun(request);
      },
    });
    const filter = { workflow: "w" };
    await expect(bulkPage(parts, "cancel", filter, {})).rejects.toThrow("AWS did not answer");
    const before = calls;
    expect(before).toBeLessThan(IDS.length);
    expect(await bulkPage(parts, "cancel", filter, {})).toMatchObject({ matched: 7, done: 7 });
    expect(await requests(...IDS)).toEqual(IDS.map(() => ""));
  });
});

it("a page of a list ends early when few of many fit, and leads on to those that do", async () => {
  await runIn("paused", "x");
  for (const id of ["a", "b", "c", "d"]) await runIn("waiting", id);
  await runIn("paused", "y");
  const parts = slowParts({ lookMs: 4_000 });
  const pages: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = await list(parts, { status: "paused", ...(cursor !== undefined && { cursor }) });
    pages.push(page.runs.map(({ id }) => id));
    cursor = page.next;
  } while (cursor !== undefined);
  expect(pages).toEqual([["x"], [], ["y"]]);
});
