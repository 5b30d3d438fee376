import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { RetriesExhaustedError, TerminalError } from "../../lambda/index.ts";
import { research, type ResearchInput, type ResearchOutput } from "../../lambda/agent/index.ts";
import { paragraphsOf } from "../../lambda/agent/text/plain-text.ts";
import { loadCorpus } from "../../localstack/hn/corpus.ts";
import { wrappedBlocks } from "../../localstack/hn/item.ts";
import {
  type HnFaultPlan,
  type HnSimulator,
  startHnSimulator,
} from "../../localstack/hn/server.ts";
import { newTrace, pausesOf, runInline, type Trace } from "./inline-context.ts";

const corpus = loadCorpus();
let folder: string;
let simulator: HnSimulator;
let trace: Trace;

async function simulate(faults?: HnFaultPlan): Promise<void> {
  await simulator.close();
  const accessLog = join(folder, "access.jsonl");
  simulator = await startHnSimulator({ accessLog, ...(faults && { faults }) });
  vi.stubEnv("SAVEPOINT_SAMPLE_HN_URL", simulator.url);
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "research-"));
  simulator = await startHnSimulator();
  trace = newTrace();
  await simulate();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await simulator.close();
  rmSync(folder, { recursive: true });
});

const run = async (changes: Partial<ResearchInput> = {}): Promise<ResearchOutput> => {
  const input = {
    topic: "durable execution",
    model: { kind: "extractive" },
    corpus: "sample",
    ...changes,
  };
  return (await runInline(research, input, trace)) as ResearchOutput;
};

interface Access {
  readonly url: string;
  readonly idempotencyKey: string | null;
}
const accesses = (): Access[] =>
  readFileSync(join(folder, "access.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Access);

/** `“text” — [author, day](…?id=item)`, unescaped. */
const quotesIn = (report: string) =>
  [...report.matchAll(/“(.*)” — \[(\w+), ([\d-]+)\]\(([^)]*)\?id=(\d+)\)/g)].map(
    ([, text = "", author, day, page, id]) => ({
      text: text.replaceAll(/\\([\\`*[\]<>|~_&#:.-])/g, "$1"),
      author,
      day,
      page,
      item: corpus.items.get(Number(id)),
    }),
  );

describe("research without a language model", () => {
  it("quotes many people word for word, each with author, day and a link to the viewer", async () => {
    const { report, found, stats } = await run();
    const quotes = quotesIn(report);
    expect(found).toBe(true);
    expect(quotes.length).toBe(stats.claims);
    expect(new Set(quotes.map(({ author }) => author)).size).toBeGreaterThanOrEqual(10);
    for (const { text, author, day, page, item } of quotes) {
      expect(item?.author).toBe(author);
      expect(paragraphsOf(wrappedBlocks(item?.blocks ?? [])).join("\n")).toContain(text);
      expect(day).toBe(new Date((item?.createdAt ?? 0) * 1_000).toISOString().slice(0, 10));
      expect(page).toBe(`${simulator.viewerUrl}/item`);
    }
  });

  it("cites only threads that this run has read", async () => {
    const { report } = await run();
    const read = new Set(accesses().flatMap(({ url }) => /\/items\/(\d+)/.exec(url)?.[1] ?? []));
    for (const { item } of quotesIn(report)) {
      const story = item?.kind === "comment" ? item.story : item;
      expect(read).toContain(String(story?.id));
    }
  });

  it("quotes nothing that tries to take programs over", async () => {
    const hostile = corpus.comments.filter((comment) => comment.hostile);
    for (const topic of new Set(hostile.map(({ story }) => story.topic))) {
      const { report } = await run({ topic: topic.replaceAll("-", " ") });
      for (const { item } of quotesIn(report)) expect(hostile).not.toContain(item);
    }
  });

  it("says in the first line that the corpus is a sample, and who wrote it", async () => {
    const { report, model, corpus: used } = await run();
    expect(report.startsWith("> sample corpus: invented texts, not Hacker News\n")).toBe(true);
    expect(model).toContain("extractive");
    expect(report).toContain(`Written by: ${model}`);
    expect(used).toBe("sample");
  });

  it("searches every query it reports once, each in a child run of a readable name", async () => {
    const { stats } = await run();
    const searched = [...trace.children.values()].map(
      (input) => (input as { query: string }).query,
    );
    expect(searched).toEqual(stats.queries);
    expect(new Set(searched).size).toBe(searched.length);
    expect([...trace.children.keys()][0]).toBe("run~1~round-1/0/durable-execution");
  });

  it("does not read a thread again that an earlier round has read", async () => {
    await run();
    const rounds = [...trace.steps].flatMap(
      (step) => /round-(\d+)\/.* threads\/\d+\/read-(\d+)$/.exec(step)?.slice(1, 3) ?? [],
    );
    const firstRound = new Map<string, Set<string>>();
    for (let index = 0; index < rounds.length; index += 2) {
      const [round = "", story = ""] = rounds.slice(index, index + 2);
      firstRound.set(story, (firstRound.get(story) ?? new Set()).add(round));
    }
    expect(firstRound.size).toBeGreaterThan(5);
    for (const roundsOfStory of firstRound.values()) expect(roundsOfStory.size).toBe(1);
  });

  it("makes one request in each step, under a key of its own", async () => {
    await run();
    const keys = accesses().map(({ idempotencyKey }) => idempotencyKey);
    expect(keys).not.toContain(null);
    expect(new Set(keys).size).toBe(keys.length);
    const requesting = trace.steps.filter((step) => /-by-|\/read-/.test(step));
    expect(keys).toHaveLength(requesting.length);
  });

  it("writes the same report for the same threads", async () => {
    const first = await run();
    trace = newTrace();
    expect(await run()).toEqual(first);
  });

  it("does as many rounds as allowed, and no more", async () => {
    const { stats } = await run({ maxIterations: 1 });
    expect(stats.iterations).toBe(1);
    expect(stats.stopReason).toBe("max-iterations");
  });

  it("says that there is no evidence rather than guess", async () => {
    const { report, found, stats } = await run({ topic: "medieval falconry manuals" });
    expect(found).toBe(false);
    expect(stats.claims).toBe(0);
    expect(report).toContain("**No evidence.**");
    expect(report).toContain("“medieval falconry manuals”");
    expect(stats.queries.length).toBeGreaterThan(1);
  });

  it("keeps what a step records small", async () => {
    await run();
    for (const result of trace.results.values()) expect(result.length).toBeLessThan(100_000);
  });
});

describe("when Hacker News fails", () => {
  it("a search is tried again, when the server says, and the report is the same", async () => {
    const expected = await run();
    const before = trace.steps.length;
    trace = newTrace();
    await simulate((index) => {
      if (index === 0) return { status: 429, headers: { "retry-after": "3" } };
      return index === 7 ? { status: 500 } : index === 11 ? { destroy: true } : undefined;
    });
    const port = /127\.0\.0\.1:\d+/g;
    const { report } = await run();
    expect(report.replaceAll(port, "")).toBe(expected.report.replaceAll(port, ""));
    expect(pausesOf(trace)).toEqual([3_000, undefined, undefined]);
    expect(trace.steps).toHaveLength(before);
  });

  it("for good, the run fails: nothing found is never what a failure becomes", async () => {
    await simulate((_, url) => (url.includes("search") ? { status: 503 } : undefined));
    await expect(run()).rejects.toBeInstanceOf(RetriesExhaustedError);
  });

  it("on one thread for good, the report says which could not be read, and why", async () => {
    const story = 9_000_000_000_001;
    await simulate((_, url) => (url.endsWith(`/items/${story}`) ? { status: 500 } : undefined));
    const { report, found } = await run();
    expect(found).toBe(true);
    expect(report).toMatch(new RegExp(`\\?id=${story}\\) could not be read: .*status 500`));
  });

  it("on every thread, the run fails and names the reason", async () => {
    await simulate((_, url) => (url.includes("/items/") ? { status: 500 } : undefined));
    await expect(run()).rejects.toThrow(/no query of round 1 could be searched.*status 500/);
  });

  it("a thread that is gone is reported and not tried again", async () => {
    const story = 9_000_000_000_001;
    await simulate((_, url) => (url.endsWith(`/items/${story}`) ? { status: 404 } : undefined));
    const { report } = await run({ maxIterations: 1 });
    expect(report).toContain("could not be read: it is gone (404)");
    expect(trace.retried).toEqual([]);
  });
});

describe("deployed code", () => {
  it("never falls back to sample data", async () => {
    vi.stubEnv("SAVEPOINT_SAMPLE_HN_URL", "");
    const failed = run();
    await expect(failed).rejects.toBeInstanceOf(TerminalError);
    await expect(failed).rejects.toThrow("SAVEPOINT_SAMPLE_HN_URL is not set");
    expect(trace.steps).toEqual([]);
  });

  it("never takes sample items for real ones", async () => {
    vi.stubEnv("SAVEPOINT_HN_URL", simulator.url);
    await expect(run({ corpus: "live" })).rejects.toThrow("is of the sample corpus");
  });
});
