import { describe, expect, it } from "vitest";
import { checkDraft } from "../../../lambda/agent/report/check-draft.ts";
import { type ReportParts, renderReport } from "../../../lambda/agent/report/render-report.ts";
import { evidenceIn, post, threadWith } from "../sample-evidence.ts";

const evidence = evidenceIn({
  ...threadWith(
    post(10, "ann", "Retries multiply the load on a slow service."),
    post(11, "bob", "We [measured](http://evil.example) *nothing* <b>odd</b>."),
  ),
  hostile: 2,
});
const claim = { text: "Retries multiply the load", cites: ["10.1"] };
const quote = { text: null, cites: ["11.1"] };

function parts(changes: Partial<ReportParts> = {}): ReportParts {
  const draft = {
    answer: [claim],
    sections: [{ heading: "Load <script>", claims: [claim, quote] }],
    disagreements: [{ about: "retries", sides: [claim, quote] }],
    gaps: ["cost"],
  };
  return {
    topic: "retries",
    corpus: "live",
    itemUrl: "https://news.ycombinator.com/item?id=",
    model: "a model",
    checked: checkDraft(draft, evidence),
    searched: {
      evidence,
      queries: [
        { query: "retries", hits: 9, newQuotes: 2, failure: null },
        { query: "retry storm", hits: 0, newQuotes: 0, failure: null },
        { query: "backoff", hits: 0, newQuotes: 0, failure: "status 503" },
      ],
      unread: [{ story: 77, title: "Gone", url: null, reason: "it is gone (404)", failed: false }],
      pending: ["jitter"],
      missing: ["cost"],
      iterations: 2,
      stopReason: "nothing-new",
      dropped: 0,
    },
    stats: {
      iterations: 2,
      queries: ["retries", "retry storm", "backoff"],
      threadsRead: 1,
      authors: 2,
      quotes: 2,
      claims: 5,
      dropped: 1,
      hostile: 2,
      stopReason: "nothing-new",
      tokens: { input: 10, output: 5 },
    },
    ...changes,
  };
}

describe("a report", () => {
  it("shows under each claim the sentence it rests on, with author, day and link", () => {
    expect(renderReport(parts())).toContain(
      [
        "- Retries multiply the load",
        "  - “Retries multiply the load on a slow service.” — [ann, 2024-05-01](https://news.ycombinator.com/item?id=10)",
      ].join("\n"),
    );
  });

  it("opens with the answer, each claim with its sources", () => {
    expect(renderReport(parts())).toMatch(
      /^# Retries\n\nRetries multiply the load \(\[ann, 2024\]\(https:\/\/news\.ycombinator\.com\/item\?id=10\)\)\n/,
    );
  });

  it("links to items that were read or could not be, and to nothing else", () => {
    const links = [...renderReport(parts()).matchAll(/(?<!\\)\]\(([^)]*)\)/g)].map(
      ([, url]) => url,
    );
    const items = ["10", "11", "77", "9000000000001"];
    expect(new Set(links)).toEqual(
      new Set(items.map((id) => `https://news.ycombinator.com/item?id=${id}`)),
    );
  });

  it("shows markup of strangers as text", () => {
    const report = renderReport(parts());
    expect(report).toContain(
      String.raw`“We \[measured\](http\://evil.example) \*nothing\* \<b\>odd\</b\>.”`,
    );
    expect(report).toContain(String.raw`### Load \<script\>`);
  });

  it("tells what it does not cover, and why", () => {
    const report = renderReport(parts());
    expect(report).toContain("- Open, as the model sees it: cost\n");
    expect(report).toContain("- Nothing matches: “retry storm”");
    expect(report).toContain("- Queries planned and not searched: “jitter”");
    expect(report).toContain("The query “backoff” failed: status 503");
    expect(report).toContain("item?id=77) could not be read: it is gone (404)");
  });

  it("tells how it was made", () => {
    const report = renderReport(parts());
    expect(report).toContain("- Written by: a model");
    expect(report).toContain("2 rounds, stopped because the last round brought nothing new");
    expect(report).toContain("- Tokens: 10 in, 5 out");
    expect(report).toContain("address programs instead of people: 2");
  });

  it("says in its first line that the sample corpus is invented, and links to its viewer", () => {
    const sample = { corpus: "sample", itemUrl: "http://127.0.0.1:4710/item?id=" } as const;
    const report = renderReport(parts(sample));
    expect(report.split("\n")[0]).toBe("> sample corpus: invented texts, not Hacker News");
    expect(report).not.toContain("ycombinator");
  });

  it("never says that a live one is a sample", () => {
    expect(renderReport(parts())).not.toContain("sample corpus");
  });

  it("says plainly when nothing was found", () => {
    const none = parts();
    const empty = { answer: [], sections: [], disagreements: [], gaps: [] };
    const report = renderReport({
      ...none,
      checked: checkDraft(empty, evidence),
      searched: { ...none.searched, evidence: { threads: [], quotes: [], findings: [] } },
      stats: { ...none.stats, claims: 0 },
    });
    expect(report).toContain("**No evidence.** Nothing was found on this topic");
    expect(report).toContain("- Queries: “retries”, “retry storm”, “backoff”");
    expect(report).not.toContain("## Key findings");
  });
});
