import { describe, expect, it } from "vitest";
import { Pace } from "../../lambda/client/pace.ts";

describe("the time of the first look at a run", () => {
  it("is at once for a workflow of which no run was seen to finish", () => {
    expect(new Pace().firstLookMs("new")).toBe(0);
  });

  it("tends to where six of ten runs of the workflow have finished", () => {
    const pace = new Pace();
    const took = [12, 20, 14, 13, 30, 12, 16, 15, 17, 60];
    for (let run = 0; run < 2_000; run += 1) {
      const finishedAt = took[run % took.length] ?? 0;
      let looks = 1;
      let at = pace.firstLookMs("short");
      for (; at < finishedAt; looks += 1) at += 2;
      pace.learn("short", at, looks);
    }
    expect(pace.firstLookMs("short")).toBeGreaterThan(15);
    expect(pace.firstLookMs("short")).toBeLessThan(18);
  });

  it("is not put off by a run that takes long now and then", () => {
    const pace = new Pace();
    pace.learn("short", 20, 4);
    pace.learn("short", 90, 30);
    expect(pace.firstLookMs("short")).toBeLessThan(21);
  });

  it("is right at once after a first run that was slower than the others", () => {
    const pace = new Pace();
    pace.learn("short", 400, 9);
    pace.learn("short", 20, 5);
    expect(pace.firstLookMs("short")).toBe(20);
  });

  it("falls when runs become faster", () => {
    const pace = new Pace();
    pace.learn("short", 80, 5);
    for (let run = 0; run < 60; run += 1) pace.learn("short", pace.firstLookMs("short"), 1);
    expect(pace.firstLookMs("short")).toBeLessThan(5);
  });

  it("does not learn from a result that was asked for long after the run had finished", () => {
    const pace = new Pace();
    pace.learn("short", 20, 4);
    pace.learn("short", 60_000, 1);
    expect(pace.firstLookMs("short")).toBeLessThanOrEqual(20);
  });

  it("is at once for long runs, which are looked at less and less often", () => {
    const pace = new Pace();
    pace.learn("long", 60_000, 30);
    expect(pace.firstLookMs("long")).toBe(0);
  });

  it("is known apart for each workflow", () => {
    const pace = new Pace();
    pace.learn("short", 20, 3);
    expect(pace.firstLookMs("other")).toBe(0);
  });
});
