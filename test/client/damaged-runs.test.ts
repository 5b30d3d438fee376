import { beforeEach, describe, expect, it } from "vitest";
import { bulkPage } from "../../lambda/client/bulk.ts";
import type { ClientDependencies } from "../../lambda/client/dependencies.ts";
import { list } from "../../lambda/client/list.ts";
import { bulkPages, wholeReport } from "../../lambda/core/bulk.ts";
import type { RunStatus } from "../../lambda/core/status.ts";
import type { Item } from "../../lambda/store/attributes.ts";
import { listShard, startedKey } from "../../lambda/store/start-run.ts";
import { n, NOW, s, stillClock } from "../support/test-store.ts";
import { type ClientUnderTest, clientUnderTest } from "./client-of.ts";

/** What no run's item can be read without, gone. */
const DAMAGED = { inputHash: { NULL: true } } as const;

let client: ClientUnderTest;
let logged: unknown[];
let parts: ClientDependencies;
beforeEach(async () => {
  client = await clientUnderTest();
  logged = [];
  const ignore = () => {};
  const error = (_: string, about?: object) => void logged.push(about);
  const unused = () => Promise.reject(new Error("a client only sends hints"));
  parts = {
    store: client.store,
    ids: client.ids,
    clock: stillClock,
    log: { debug: ignore, info: ignore, warn: ignore, error },
    hints: { send: async () => {}, hide: unused, hideAll: unused, delete: unused },
  };
});

/** Puts runs of a workflow as they would be in a status, the first of them started last. */
async function put(
  status: RunStatus,
  runs: readonly { readonly id: string; readonly of?: string; readonly damage?: Item }[],
): Promise<void> {
  for (const [place, { id, of = "w", damage }] of runs.entries()) {
    const startedAt = NOW - (place + 1) * 1_000;
    const day = new Date(startedAt).toISOString().slice(0, 10);
    const attributes = {
      workflow: s(of),
      startedAt: n(startedAt),
      listShard: s(listShard(day, 0)),
      startedKey: s(startedKey(startedAt, id)),
      ...(status === "failed" && { attentionShard: s("0"), attentionAt: n(startedAt) }),
      ...damage,
    };
    await client.replace(status, attributes, id);
  }
}

describe("a run that cannot be read", () => {
  it.each([{ status: "failed" }, { workflow: "w" }] as const)(
    "is missing from a list by %j, which is logged, and hides none of the others, page by page",
    async (filter) => {
      const damaged = { id: "damaged", damage: DAMAGED };
      await put("failed", [{ id: "a" }, { id: "b" }, damaged, { id: "c" }]);
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const from = cursor !== undefined && { cursor };
        const page = await list(parts, { ...filter, limit: 1, ...from });
        seen.push(...page.runs.map(({ id }) => id));
        cursor = page.next;
      } while (cursor !== undefined);
      expect(seen).toEqual(["a", "b", "c"]);
      expect(logged).toMatchObject([{ run: "damaged", error: { code: "value_unreadable" } }]);
    },
  );

  it.each([{ status: "paused" }, { workflow: "w" }] as const)(
    "is among those that refuse what is done to all that %j lets through, and keeps no other from it",
    async (filter) => {
      await put("paused", [{ id: "a" }, { id: "b", damage: DAMAGED }, { id: "c" }]);
      const failures = [
        {
          id: "b",
          code: "value_unreadable",
          message: expect.stringContaining('no attribute "inputHash"') as string,
        },
      ];
      const runs = [{ id: "a" }, { id: "c" }];
      const dry = await client.savepoint.bulk("resume", filter, { dryRun: true });
      expect(dry).toMatchObject({ matched: 3, done: 0, runs, failures });
      const pages = bulkPages((cursor) => {
        const from = cursor !== undefined && { cursor };
        return bulkPage(parts, "resume", { ...filter, limit: 1, ...from }, {});
      });
      expect(await wholeReport(pages)).toMatchObject({ matched: 3, done: 2, runs, failures });
    },
  );

  it("is not counted where its workflow or status, which can be read, does not fit", async () => {
    await put("paused", [{ id: "a" }, { id: "b", of: "other", damage: DAMAGED }]);
    for (const filter of [{ workflow: "w" }, { workflow: "other", status: "waiting" }] as const) {
      expect(await client.savepoint.bulk("resume", filter)).toMatchObject({ failures: [] });
    }
  });
});
