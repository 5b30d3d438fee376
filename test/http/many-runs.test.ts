import { describe, expect, test } from "vitest";
import { ValidationError } from "../../lambda/http/index.ts";
import { clientOverFake } from "./over-fake.ts";

const page = (id: string, next?: string) => ({
  matched: 2,
  done: 1,
  runs: [{ id, status: "queued" as const }],
  failures: [{ id: `${id}-not`, code: "run_conflict", message: "is being cancelled" }],
  ...(next !== undefined && { next }),
});

describe("what a client over HTTP does to many runs", () => {
  test("goes on until all pages are through, and is put together", async () => {
    const { savepoint, fake } = clientOverFake();
    fake.bulkPages.set(undefined, page("a", "n"));
    fake.bulkPages.set("n", page("b"));
    const filter = { workflow: "w", status: ["failed"], attributes: { user: "u:1" } } as const;
    expect(await savepoint.bulk("cancel", filter, { reason: "enough" })).toEqual({
      matched: 4,
      done: 2,
      runs: [...page("a").runs, ...page("b").runs],
      failures: [...page("a").failures, ...page("b").failures],
    });
    const sent = {
      workflow: ["w"],
      status: ["failed"],
      attributes: { user: "u:1" },
      limit: 200,
    };
    const options = { reason: "enough", dryRun: false };
    expect(fake.asked).toEqual([
      ["cancel", sent, options],
      ["cancel", { ...sent, cursor: "n" }, options],
    ]);
  });

  test("only counts when told so", async () => {
    const { savepoint, fake } = clientOverFake();
    await savepoint.bulk("delete", { status: "failed" }, { children: true, dryRun: true });
    const sent = { status: ["failed"], limit: 200 };
    expect(fake.asked).toEqual([["delete", sent, { children: true, dryRun: true }]]);
  });

  test("forks under one key on all pages, also when a reply is lost", async () => {
    let isLost = false;
    const { savepoint, fake, requests } = clientOverFake(() => {
      if (isLost) return undefined;
      isLost = true;
      return new TypeError("fetch failed");
    });
    fake.bulkPages.set(undefined, page("a", "n"));
    await savepoint.bulk("fork", { workflow: "w" }, { from: "draft", idempotencyKey: undefined });
    await savepoint.bulk("fork", { workflow: "w" }, { idempotencyKey: "mine" });
    await savepoint.bulk("resume", { workflow: "w" });
    expect(requests.map(({ headers }) => headers.get("idempotency-key"))).toEqual([
      "id-1",
      "id-1",
      "id-1",
      "mine",
      "mine",
      null,
      null,
    ]);
    expect(fake.asked[0]).toEqual([
      "fork",
      { workflow: ["w"], limit: 200 },
      { from: "draft", dryRun: false, idempotencyKey: "id-1" },
    ]);
  });

  test("is refused by the API when its options make no sense", async () => {
    const { savepoint, fake } = clientOverFake();
    const refused = savepoint.bulk("cancel", { workflow: "w" }, { reason: "x".repeat(201) });
    await expect(refused).rejects.toThrow(ValidationError);
    expect(fake.asked).toEqual([]);
  });
});
