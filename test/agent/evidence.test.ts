import { describe, expect, it } from "vitest";
import {
  evidenceOf,
  type Finding,
  mergeEvidence,
  spreadOverThreads,
} from "../../lambda/agent/evidence.ts";
import { evidenceIn, post, threadWith } from "./sample-evidence.ts";

const finding = (...cites: string[]): Finding => ({ claim: "c", stance: "for", cites });
const thread = threadWith(post(10, "ann", "One.", "Two."), post(11, "bob", "Three."));

describe("the evidence of a thread", () => {
  it("holds the findings and the sentences they cite, and no others", () => {
    const evidence = evidenceOf(thread, [finding("10.2", "11.1")]);
    expect(evidence.findings).toHaveLength(1);
    expect(evidence.quotes.map(({ id, text, author }) => [id, text, author])).toEqual([
      ["10.2", "Two.", "ann"],
      ["11.1", "Three.", "bob"],
    ]);
    expect(evidence.threads).toMatchObject([{ id: thread.id, read: 2 }]);
    expect(evidence.threads[0]).not.toHaveProperty("posts");
  });

  it.each([
    ["a sentence the thread does not have", ["10.3"]],
    ["one that it has and one that it does not", ["10.1", "99.1"]],
    ["a whole comment", ["10"]],
    ["nothing", []],
  ])("has no finding that cites %s", (_, cites) => {
    expect(evidenceOf(thread, [finding(...cites)])).toMatchObject({ findings: [], quotes: [] });
  });
});

describe("evidence put together", () => {
  it("has each thread, sentence and finding once", () => {
    const part = evidenceOf(thread, [finding("10.1")]);
    const other = evidenceOf(thread, [{ ...finding("10.1"), claim: "again" }, finding("11.1")]);
    const merged = mergeEvidence([part, other]);
    expect(merged.threads).toHaveLength(1);
    expect(merged.quotes.map(({ id }) => id)).toEqual(["10.1", "11.1"]);
    expect(merged.findings.map(({ claim }) => claim)).toEqual(["c", "c"]);
  });

  it("cut to a limit keeps some of every thread", () => {
    const long = evidenceIn(threadWith(post(10, "ann", "1", "2", "3", "4", "5")));
    const short = evidenceIn({ ...threadWith(post(20, "bob", "6")), id: 9_000_000_001_001 });
    const kept = spreadOverThreads(mergeEvidence([long, short]), 3);
    expect(kept.flatMap(({ cites }) => cites)).toEqual(["10.1", "20.1", "10.2"]);
  });
});
