import { expect, it } from "vitest";
import { gatheredReads } from "../../lambda/client/gathered-reads.ts";
import type { Meta } from "../../lambda/store/meta.ts";
import { VirtualClock } from "../../lambda/testing/virtual-clock.ts";

/** Reads of a table that answers when it is told to. */
function open() {
  const calls: { readonly ids: readonly string[]; readonly end: (error?: Error) => void }[] = [];
  const call = <T>(ids: readonly string[], answer: () => T) =>
    new Promise<T>((resolve, reject) => {
      calls.push({ ids, end: (error) => (error ? reject(error) : resolve(answer())) });
    });
  const metaOf = (id: string) => ({ id }) as Meta;
  const clock = new VirtualClock();
  const read = gatheredReads(
    {
      readRun: (id) => call([id], () => (id === "none" ? undefined : metaOf(id))),
      readRuns: (ids) =>
        call(ids, () => new Map(ids.filter((id) => id !== "none").map((id) => [id, metaOf(id)]))),
    },
    clock,
  );
  return { calls, read, clock };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

it("reads alone what is asked for alone", async () => {
  const { calls, read } = open();
  const answer = read("a");
  expect(calls.map(({ ids }) => ids)).toEqual([["a"]]);
  calls[0]?.end();
  expect(await answer).toEqual({ id: "a" });
});

it("reads together what is asked for while two reads are under way, and not before they were asked", async () => {
  const { calls, read } = open();
  const answers = ["a", "b", "c", "d", "none", "c"].map(read);
  expect(calls.map(({ ids }) => ids)).toEqual([["a"], ["b"]]);
  calls[0]?.end();
  await settled();
  expect(calls[2]?.ids).toEqual(["c", "d", "none", "c"]);
  const late = read("c");
  calls[2]?.end();
  await settled();
  expect(calls[3]?.ids).toEqual(["c"]);
  calls[1]?.end();
  calls[3]?.end();
  expect(await Promise.all(answers)).toEqual([
    { id: "a" },
    { id: "b" },
    { id: "c" },
    { id: "d" },
    undefined,
    { id: "c" },
  ]);
  expect(await late).toEqual({ id: "c" });
});

it("tells everybody of a read that fails, and goes on with the next", async () => {
  const { calls, read } = open();
  const first = read("a");
  const second = read("b");
  const gathered = [read("c"), read("d")].map((answer) => answer.catch((error: Error) => error));
  calls[0]?.end(new Error("throttled"));
  await expect(first).rejects.toThrow("throttled");
  calls[2]?.end(new Error("throttled again"));
  expect(await Promise.all(gathered)).toEqual([
    new Error("throttled again"),
    new Error("throttled again"),
  ]);
  const next = read("e");
  expect(calls[3]?.ids).toEqual(["e"]);
  calls[1]?.end();
  calls[3]?.end();
  expect(await second).toEqual({ id: "b" });
  expect(await next).toEqual({ id: "e" });
});

it("waits ten milliseconds at most for reads that hang", async () => {
  const { calls, read, clock } = open();
  void read("hangs");
  void read("hangs, too");
  const answer = read("a");
  expect(calls).toHaveLength(2);
  const askedAt = clock.now();
  clock.fireNext();
  expect(clock.now() - askedAt).toBe(10);
  calls[2]?.end();
  expect(await answer).toEqual({ id: "a" });
  expect(clock.fireNext()).toBe(false);
});
