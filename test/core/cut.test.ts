import { describe, expect, it } from "vitest";
import {
  type CutPoint,
  droppedChildren,
  keptRecords,
  type Recorded,
} from "../../lambda/core/cut.ts";

const step = (key: string, order: number, startedAt = order * 10): Recorded => ({
  key,
  kind: "step",
  state: "done",
  order,
  ordinal: order * 2,
  startedAt,
});
const sleep = (key: string, startedAt: number, wakeAt: number, ordinal = 3): Recorded => ({
  key,
  kind: "sleep",
  state: "waiting",
  ordinal,
  startedAt,
  wakeAt,
});
const engines = (kind: "cancel" | "rollback", key: string, order?: number): Recorded => ({
  key,
  kind,
  state: order === undefined ? "backoff" : "done",
  order,
  ordinal: -1,
  startedAt: 900,
});
const keysOf = (records: readonly Recorded[], where: Partial<CutPoint> = {}) =>
  keptRecords(records, { at: undefined, finishedAt: undefined, ...where }).map(({ key }) => key);

describe("what a copy of a history keeps", () => {
  it("is what had settled before the cut, in the order of settlement", () => {
    const records = [step("c", 3), step("a", 1), step("b", 2), step("d", 4)];
    expect(keysOf(records, { at: "c" })).toEqual(["a", "b"]);
  });

  it("is all that has settled when there is no cut, or it is at what has not settled", () => {
    const waiting = { key: "w", kind: "wait", state: "waiting", ordinal: 9, startedAt: 30 };
    const records = [step("a", 1), waiting, step("b", 2)];
    expect(keysOf(records)).toEqual(["a", "b"]);
    expect(keysOf(records, { at: "w" })).toEqual(["a", "b"]);
    expect(keysOf(records, { at: "gone" })).toEqual(["a", "b"]);
  });

  it("ends where a cancel request was delivered, wherever else the cut is", () => {
    const records = [step("a", 1), engines("cancel", "@cancel", 2), step("clean", 3), step("x", 4)];
    expect(keysOf(records)).toEqual(["a"]);
    expect(keysOf(records, { at: "x" })).toEqual(["a"]);
    expect(keysOf(records, { at: "a" })).toEqual([]);
  });

  it("ends at the first of the steps that were undone, finished or not", () => {
    const records = [
      step("a", 1),
      step("b", 2),
      step("s/1/c", 3),
      step("d", 4),
      engines("rollback", "@rollback/s/1/c", 5),
      engines("rollback", "@rollback/b"),
    ];
    expect(keysOf(records, { at: "d" })).toEqual(["a"]);
  });

  it("drops what has only begun", () => {
    const records = [
      step("a", 1),
      { ...step("b", 2), state: "backoff", order: undefined },
      { ...step("child", 9), kind: "run", state: "waiting", order: undefined, childId: "c" },
      sleep("pending", 5, 1_000),
    ];
    expect(keysOf(records, { finishedAt: 500 })).toEqual(["a"]);
  });
});

describe("a timer that fired without a record", () => {
  const records = [step("a", 1, 10), sleep("s", 20, 100), step("b", 2, 100), step("c", 3, 150)];

  it("is kept, as it stands, before what began after it", () => {
    expect(keysOf(records, { at: "c" })).toEqual(["a", "b", "s"]);
    const kept = keptRecords(records, { at: "c", finishedAt: undefined });
    expect(kept.at(-1)).toEqual(sleep("s", 20, 100));
  });

  it("is kept when it was the last thing before the cut", () => {
    expect(keysOf(records, { at: "b" })).toEqual(["a", "s"]);
    expect(keysOf([step("a", 1, 10), sleep("s", 20, 100)], { finishedAt: 100 })).toEqual([
      "a",
      "s",
    ]);
  });

  it("is dropped when it comes after the cut, even if its time had passed before", () => {
    expect(keysOf(records, { at: "a" })).toEqual([]);
    const late = sleep("late", 170, 5);
    expect(keysOf([...records, late], { at: "c" })).toEqual(["a", "b", "s"]);
  });

  it("has its place by what was asked first when the clock does not tell", () => {
    const past = (ordinal: number) => [step("a", 1, 50), sleep("p", 50, 5, ordinal)];
    expect(keysOf([...past(1), step("b", 2, 60)], { at: "a" })).toEqual(["p"]);
    expect(keysOf(past(3), { at: "a" })).toEqual([]);
    expect(keysOf([...past(3), step("b", 2, 60)], { at: "b" })).toEqual(["a", "p"]);
  });

  it("can be the cut itself: what began after it fired goes with it", () => {
    expect(keysOf(records, { at: "s" })).toEqual(["a"]);
  });
});

describe("the children to be asked for again", () => {
  const child = (key: string, order?: number): Recorded => ({
    key,
    kind: "run",
    state: order === undefined ? "waiting" : "done",
    order,
    ordinal: 0,
    startedAt: 1,
    childId: `run~1~${key}`,
  });

  it("are those of operations that are not kept, but not of branches that have lost a race", () => {
    const race: Recorded = { ...step("first", 2), kind: "race" };
    const records = [child("kept", 1), race, child("first/slow/c"), child("failed", 3), child("w")];
    const at = (key: string) =>
      droppedChildren(records, keptRecords(records, { at: key, finishedAt: undefined }));
    expect(at("failed").map(({ key }) => key)).toEqual(["failed", "w"]);
    expect(at("first").map(({ key }) => key)).toEqual(["first/slow/c", "failed", "w"]);
  });
});
