import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Evidence, problemsOf, type Reason, renderCoverage } from "./coverage.ts";
import { COVERAGE_FILE, coverageText, readEvidence, titlesOf } from "./evidence.ts";

const evidence = await readEvidence();

describe("the scenarios of this folder", () => {
  it("each have a test or a reason", () => {
    expect(problemsOf(evidence)).toEqual([]);
  });

  it("are told in COVERAGE.md, which `npm run conformance` writes", async () => {
    const text = readFileSync(COVERAGE_FILE, "utf8");
    expect(text).toBe(await coverageText(evidence));
  });
});

const later: Reason = { kind: "later", why: "There are no queues yet." };
const notApplicable: Reason = { kind: "not applicable", why: "There is no transaction." };
const sample: Evidence = {
  sections: [{ title: "Basics", scenarios: { 1: "One", 2: "Two", 3: "Three" } }],
  tests: [
    { file: "test/conformance/a.test.ts", title: "1. ends" },
    { file: "test/conformance/a.test.ts", title: "2. begins" },
  ],
  reasons: [{ 2: later }, { 3: notApplicable }],
};

describe("the check of the coverage", () => {
  it("finds nothing where each scenario has a test or a reason", () => {
    expect(problemsOf(sample)).toEqual([]);
  });

  it.each<[string, Partial<Evidence>, string]>([
    ["a scenario without either", { reasons: [] }, "scenario 3 has neither a test nor a reason"],
    ["a test of no scenario", { tests: [{ file: "a", title: "4. is" }] }, "no known scenario"],
    ["a test without a number", { tests: [{ file: "a", title: "is" }] }, "starts with no number"],
    ["a reason for no scenario", { reasons: [{ 4: later }] }, "unknown scenario 4"],
    ["two reasons for one", { reasons: [{ 3: later }, { 3: later }] }, "3 has two reasons"],
  ])("finds %s", (_, change, problem) => {
    expect(problemsOf({ ...sample, ...change }).join("; ")).toContain(problem);
  });

  it("finds more scenarios not applicable than may be", () => {
    const numbers = Array.from({ length: 11 }, (_, index) => index + 1);
    const all = (value: Reason | string) =>
      Object.fromEntries(numbers.map((number) => [number, value]));
    const sections = [{ title: "Basics", scenarios: all("one") as Record<number, string> }];
    const reasons = [all(notApplicable) as Record<number, Reason>];
    expect(problemsOf({ sections, tests: [], reasons })).toEqual([
      "11 are not applicable; at most 10 may be",
    ]);
  });

  it("reads the titles of tests, also of those with a table", () => {
    const text = `describe("all", () => {
      it("1. ends", () => {});
      it.each([1, 2])("2. begins with %s", () => {});
    });`;
    expect(titlesOf("a.test.ts", text)).toEqual([
      { file: "a.test.ts", title: "1. ends" },
      { file: "a.test.ts", title: "2. begins with %s" },
    ]);
    expect(() => titlesOf("a.test.ts", "it(`1. ${x}`, () => {});")).toThrow("no literal");
  });

  it("tells the tests of a scenario and why others have none", () => {
    const text = renderCoverage(sample);
    expect(text).toContain("**1. One**\n\n- [a.test.ts](a.test.ts): ends\n");
    expect(text).toContain("- [a.test.ts](a.test.ts): begins\n- later: There are no queues yet.\n");
    expect(text).toContain("**3. Three**\n\n- not applicable: There is no transaction.\n");
  });
});
