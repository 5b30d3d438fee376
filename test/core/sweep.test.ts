import { describe, expect, it } from "vitest";
import { decideSweep, type SweptRun } from "../../lambda/core/sweep.ts";

const NOW = 1_000_000_000;
const MINUTE = 60_000;
const run: SweptRun = {
  status: "waiting",
  owner: undefined,
  leaseUntil: undefined,
  dueAt: NOW - 1,
  owed: [],
  nudges: 0,
  cancel: undefined,
  deadline: undefined,
  historyTtl: (NOW + 300 * 24 * 60 * MINUTE) / 1000,
};

describe("the sweeper", () => {
  it("hints at a due run at once and looks again in a minute", () => {
    expect(decideSweep(run, NOW)).toEqual({
      checkAt: NOW + MINUTE,
      nudges: 1,
      wake: false,
      hintDelayMs: 0,
    });
  });

  it("backs off while nobody acts, up to fifteen minutes", () => {
    const waits = [0, 1, 2, 3, 4, 20].map(
      (nudges) => decideSweep({ ...run, nudges }, NOW).checkAt - NOW,
    );
    expect(waits).toEqual([1, 2, 4, 8, 15, 15].map((minutes) => minutes * MINUTE));
  });

  it("leaves a run under a live lease alone until a little after the lease", () => {
    const live = { ...run, status: "running" as const, owner: "o", leaseUntil: NOW + 900 };
    expect(decideSweep(live, NOW)).toMatchObject({ checkAt: NOW + 5_900, hintDelayMs: undefined });
  });

  it("hints at a run whose owner let its lease end", () => {
    const dead = { ...run, status: "running" as const, owner: "o", leaseUntil: NOW - 1 };
    expect(decideSweep(dead, NOW).hintDelayMs).toBe(0);
  });

  it("hints at a finished run that still owes something", () => {
    expect(decideSweep({ ...run, status: "failed", owed: ["waiters"] }, NOW).hintDelayMs).toBe(0);
  });

  it("looks at a blocked run after ten minutes, then less often, at least each hour", () => {
    const blocked = { ...run, status: "blocked" as const };
    const waits = [0, 1, 9].map((nudges) => decideSweep({ ...blocked, nudges }, NOW).checkAt - NOW);
    expect(waits).toEqual([10, 20, 60].map((minutes) => minutes * MINUTE));
  });

  it("sends the delayed hint of a long sleep once its end is near enough", () => {
    expect(decideSweep({ ...run, dueAt: NOW + 10 * MINUTE }, NOW)).toMatchObject({
      checkAt: NOW + 11 * MINUTE,
      hintDelayMs: 10 * MINUTE,
    });
  });

  it("looks again ten minutes before the end of a sleep that is longer still", () => {
    expect(decideSweep({ ...run, dueAt: NOW + 60 * MINUTE }, NOW)).toMatchObject({
      checkAt: NOW + 50 * MINUTE,
      hintDelayMs: undefined,
    });
  });

  it.each([undefined, NOW + 400 * 24 * 60 * MINUTE])(
    "wakes a run that waits (until %s) when its records near their end of life",
    (dueAt) => {
      const old = { ...run, dueAt, historyTtl: (NOW + 6 * 24 * 60 * MINUTE) / 1000 };
      expect(decideSweep(old, NOW)).toMatchObject({ wake: true, hintDelayMs: 0 });
    },
  );

  it("wakes a dormant run that it finds in the index", () => {
    expect(decideSweep({ ...run, dueAt: undefined }, NOW)).toMatchObject({
      wake: true,
      hintDelayMs: 0,
    });
  });
});
