import { beforeEach, expect, it } from "vitest";
import { LIMITS } from "../../lambda/core/limits.ts";
import { messageAttribute, takenText } from "../../lambda/store/mailbox.ts";
import { NEW_OPERATION, type OperationRecord } from "../../lambda/store/operation.ts";
import { NOW, openTestStore, type OpenedStore } from "../support/test-store.ts";

let opened: OpenedStore;
beforeEach(async () => {
  opened = await openTestStore();
});

const taking = (key: string, order: number, messageId: string): OperationRecord => ({
  ...NEW_OPERATION,
  key,
  kind: "wait",
  ordinal: order,
  state: "done",
  epoch: 2,
  order: 2_000_000 + order,
  messageId,
  result: `"of ${messageId}"`,
  startedAt: NOW,
  endedAt: NOW + order,
  nonce: `w-${key}`,
});
const message = (id: string) => ({ id, name: "go", value: `"${id}"`, sentAt: NOW });
const past = (...ids: string[]) => ({ SS: ids.map((id) => takenText({ id, at: NOW - 1_000 })) });

async function resume(records: readonly OperationRecord[], kept: number, ids: readonly string[]) {
  const run = await opened.put("failed", {
    box: { L: ids.map((id) => messageAttribute(message(id))) },
    past: past("of the round before", "resumed once"),
  });
  const tx = "resume";
  const nonce = () => opened.ids.nonce();
  const cut = { run, records, kept: records.slice(0, kept) };
  return opened.store.resumeFinished({
    ...cut,
    timeLimitMs: undefined,
    now: NOW + 2_000,
    tx,
    nonce,
  });
}

it("a resumed run has what it does not remember having taken, each once, and then what nobody took", async () => {
  const records = [
    taking("go", 1, "kept"),
    taking("go#3", 3, "resumed once"),
    { ...taking("deep/er/go#2", 2, "made"), result: '"made of it"', sent: '"as sent"' },
  ];
  expect(await resume(records, 1, ["kept", "made", "open", "open"])).toBe("queued");
  const run = await opened.store.readRun("run");
  expect(run?.box.map(({ id, name, value }) => [id, name, value])).toEqual([
    ["made", "go", '"as sent"'],
    ["resumed once", "go", '"of resumed once"'],
    ["open", "go", '"open"'],
    ["open", "go", '"open"'],
  ]);
  expect(run?.past.map(({ id }) => id)).toEqual(["of the round before"]);
});

it("a run is not resumed that had to be given back more than pages can hold", async () => {
  const records = Array.from({ length: LIMITS.spilledMax }, (_, n) =>
    taking(`go#${n + 1}`, n, `${n}`),
  );
  expect(await resume(records, 0, ["open"])).toBe("overfull");
  expect(await opened.store.readRun("run")).toMatchObject({ status: "failed", generation: 0 });
  expect(await resume(records, 0, [])).toBe("queued");
  const run = await opened.store.readRun("run");
  expect(run).toMatchObject({ box: [], generation: 1 });
  expect(run?.spilled).toHaveLength(LIMITS.spilledMax / LIMITS.pageMessages);
});
