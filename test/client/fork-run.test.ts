import { beforeEach, describe, expect, it } from "vitest";
import { historyOf } from "../../lambda/store/meta.ts";
import {
  NEW_OPERATION,
  operationItem,
  type OperationRecord,
} from "../../lambda/store/operation.ts";
import { n, NOW, s } from "../support/test-store.ts";
import { type ClientUnderTest, clientUnderTest } from "./client-of.ts";

let client: ClientUnderTest;
beforeEach(async () => {
  client = await clientUnderTest();
  const run = await client.put("running", {
    round: n(3),
    roundAt: n(NOW - 5),
    attributes: { M: { a: s("b") } },
  });
  for (const [index, key] of ["a", "b"].entries()) {
    const record: OperationRecord = {
      ...NEW_OPERATION,
      key,
      kind: "step",
      ordinal: index,
      state: "done",
      epoch: 1,
      order: index + 1,
      result: "1",
      startedAt: NOW,
      endedAt: NOW,
      nonce: key,
    };
    const Item = operationItem(historyOf(run), record, 9_999_999_999);
    await client.dynamodb.call("PutItem", { TableName: "savepoint", Item });
  }
});

const fork = (options = {}) => client.savepoint.get("run").fork({ id: "fork", ...options });
/** Turns in which calls that nobody awaits come to their end. */
async function allIsQuiet(): Promise<void> {
  for (let turns = 0; turns < 200; turns += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe("a fork", () => {
  it("is a new run of its own, which draws from what its source draws from, and is hinted at", async () => {
    const source = await client.store.readRun("run");
    await fork({ from: "b" });
    expect(await client.store.readRun("fork")).toMatchObject({
      status: "queued",
      generation: 1,
      epoch: 0,
      seed: source?.incarnation,
      round: 3,
      roundAt: NOW - 5,
      mark: 1,
      attributes: { a: "b" },
      forkedFrom: { id: "run", incarnation: source?.incarnation, key: "b" },
    });
    expect(client.hints).toEqual([{ run: "fork", for: NOW }]);
    expect(await client.store.readRun("run")).toEqual(source);
  });

  it("is not there, or is whole, wherever its maker dies", async () => {
    // Two reads of META, two of the history, one more of META, the copy, the new META.
    for (let call = 0; call < 7; call += 1) {
      const dies = new Promise<never>(() => undefined);
      client.fates.push(...Array.from({ length: call }, () => ({})), { before: () => dies });
      void fork({ from: "b" });
      await allIsQuiet();
      expect([client.fates, await client.item("fork")]).toEqual([[], undefined]);
    }
    client.fates.push(...Array.from({ length: 6 }, () => ({})), { losesReply: true });
    const { id } = await fork({ from: "b" });
    expect(await client.savepoint.get(id).history()).toMatchObject([{ key: "a", order: 1 }]);
  });

  it("made by two at once under one id is one run", async () => {
    const both = await Promise.all([fork({ from: "b" }), fork({ from: "b" })]);
    expect(both.map(({ id }) => id)).toEqual(["fork", "fork"]);
    expect(await both[0].history()).toHaveLength(1);
    await expect(fork({ from: "a" })).rejects.toMatchObject({ code: "run_conflict" });
    await expect(fork({ from: "b", input: 2 })).rejects.toMatchObject({ code: "run_conflict" });
  });

  it("is refused when its source is deleted while it is read", async () => {
    const key = { pk: s("RUN#run"), sk: s("META") };
    const remove = () => client.dynamodb.call("DeleteItem", { TableName: "savepoint", Key: key });
    client.fates.push({}, {}, { before: remove });
    await expect(fork()).rejects.toMatchObject({ code: "run_not_found" });
    expect(await client.item("fork")).toBeUndefined();
  });
});
