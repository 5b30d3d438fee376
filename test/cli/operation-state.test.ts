import { describe, expect, it } from "vitest";
import { shownStates } from "../../cli/operation-state.ts";
import type { Operation, Run } from "../../lambda/http/wire.ts";
import { BEGAN, runOf, stepOf } from "./fake-api.ts";

const HOUR_MS = 3_600_000;

const waiting = (key: string, facts: Partial<Operation>): Operation => {
  const { endedAt: _, ...begun } = stepOf({ key, state: "waiting", attempts: 0, ...facts });
  return begun;
};
const sleep = waiting("rest", { kind: "sleep", wakeAt: BEGAN + HOUR_MS });
const finished = (afterMs: number, facts: Partial<Run> = {}): Run =>
  runOf({ id: "r", status: "succeeded", finishedAt: BEGAN + afterMs, ...facts });
const shown = (run: Run, ...operations: Operation[]) => [...shownStates(run, operations).values()];

describe("what is shown of an operation", () => {
  it("is its state as long as the run may still come to it, and once it has settled", () => {
    const wait = waiting("answer", { kind: "wait" });
    const done = stepOf({ key: "done" });
    const run = runOf({ id: "r", status: "waiting" });
    expect(shown(run, done, sleep, wait)).toEqual(["succeeded", "waiting", "waiting"]);
    expect(shown(finished(1), done, stepOf({ key: "bad", state: "failed" }))).toEqual([
      "succeeded",
      "failed",
    ]);
  });

  it("tells that a sleep is over, which is not recorded of one that was alone", () => {
    const next = stepOf({ key: "next", startedAt: BEGAN + HOUR_MS });
    expect(shown(runOf({ id: "r" }), sleep, next)).toEqual(["ended", "succeeded"]);
    expect(shown(finished(HOUR_MS), sleep)).toEqual(["ended"]);
  });

  it("tells that a run has ended without what it had begun", () => {
    const wait = waiting("answer", { kind: "wait" });
    const retried = waiting("fetch", { state: "backoff" });
    expect(shown(finished(1), sleep, wait, retried)).toEqual(["given up", "given up", "given up"]);
  });

  it("tells what lost a race that is decided, also while the run goes on", () => {
    const race = { ...stepOf({ key: "first", kind: "race" }), endedAt: BEGAN + 2 * HOUR_MS };
    const lost = { ...sleep, key: "first/timer/rest" };
    const won = stepOf({ key: "first/part/step" });
    const after = stepOf({ key: "after", startedAt: BEGAN + 2 * HOUR_MS });
    const run = runOf({ id: "r" });
    expect(shown(run, won, race, after, lost)).toEqual([
      "succeeded",
      "succeeded",
      "succeeded",
      "given up",
    ]);
    const open = waiting("first", { kind: "race" });
    expect(shown(run, won, open, lost)).toEqual(["succeeded", "waiting", "waiting"]);
    expect(shown(run, race, { ...lost, key: "firstly/rest" })).toEqual(["succeeded", "waiting"]);
  });

  it("tells that a cancel has ended a sleep before its time", () => {
    const cancel = stepOf({ key: "@cancel", kind: "cancel", startedAt: BEGAN + 100 });
    const cleanup = { ...sleep, key: "cleanup", startedAt: BEGAN + 200 };
    const run = runOf({ id: "r" });
    expect(shown(run, cancel, sleep, cleanup)).toEqual(["succeeded", "given up", "waiting"]);
  });
});
