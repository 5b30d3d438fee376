import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { RetriesExhaustedError, TerminalError } from "../../lambda/index.ts";
import type { ResearchInput, ResearchOutput } from "../../lambda/agent/index.ts";
import { paragraphsOf } from "../../lambda/agent/text/plain-text.ts";
import { loadCorpus } from "../../localstack/hn/corpus.ts";
import { wrappedBlocks } from "../../localstack/hn/item.ts";
import {
  type HnFaultPlan,
  type HnSimulator,
  startHnSimulator,
} from "../../localstack/hn/server.ts";
import { newTrace, pausesOf, runInline, type Trace } from "./inline-context.ts";
import { research } from "./research-app.ts";

const corpus = loadCorpus();
const folder = mkdtempSync(join(tmpdir(), "research-"));
const accessLog = join(folder, "access.jsonl");
let plan: HnFaultPlan | undefined;
let requests = 0;
let simulator: HnSimulator;
let trace: Trace;

beforeAll(async () => {
  const faults: HnFaultPlan = (_, url) => plan?.(requests++, url);
  simulator = await startHnSimulator({ corpus, accessLog, faults });
});
afterAll(async () => {
  await simulator.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  vi.stubEnv("SAVEPOINT_SAMPLE_HN_URL", simulator.url);
  plan = undefined;
  requests = 0;
});
afterEach(() => vi.unstubAllEnvs());

async function run(changes: Partial<ResearchInput> = {}): Promise<ResearchOutput> {
  trace = newTrace();
  writeFileSync(accessLog, "");
  return runInline(
    research,
    { topic: "durable execution", model: { kind: "extractive" }, corpus: "sample", ...changes },
    trace,
  );
}

interface Access {
  readonly url: string;
  readonly idempotencyKey: string | null;
}
const accesses = (): Access[] =>
  readFileSync(accessLog, "utf8")
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
  let output: ResearchOutput;
  let requested: Access[];
  let done: Trace;

  beforeAll(async () => {
    vi.stubEnv("SAVEPOINT_SAMPLE_HN_URL", simulator.url);
    output = await run();
    requested = accesses();
    done = trace;
  });

  it("quotes many people word for word, each with author, day and a link to the viewer", () => {
    const quotes = quotesIn(output.report);
    expect(output.found).toBe(true);
    expect(quotes).toHaveLength(output.stats.claims);
    expect(new Set(quotes.map(({ author }) => author)).size).toBeGreaterThanOrEqual(10);
    for (const { text, author, day, page, item } of quotes) {
      expect(item?.author).toBe(author);
      expect(paragraphsOf(wrappedBlocks(item?.blocks ?? [])).join("\n")).toContain(text);
      expect(day).toBe(new Date((item?.createdAt ?? 0) * 1_000).toISOString().slice(0, 10));
      expect(page).toBe(`${simulator.viewerUrl}/item`);
    }
  });

  it("cites only threads that this run has read", () => {
    const read = requested.flatMap(({ url }) => /\/items\/(\d+)/.exec(url)?.[1] ?? []);
    for (const { item } of quotesIn(output.report)) {
      const story = item?.kind === "comment" ? item.story : item;
      expect(read).toContain(String(story?.id));
    }
  });

  it("says in the first line that the corpus is a sample, and who wrote it", () => {
    const { report, model, corpus: used } = output;
    expect(report.startsWith("> sample corpus: invented texts, not Hacker News\n")).toBe(true);
    expect(model).toContain("extractive");
    expect(report).toContain(`Written by: ${model}`);
    expect(used).toBe("sample");
  });

  it("searches every query it reports once, each in a child run of a readable name", () => {
    const searched = [...done.children.values()].map((input) => (input as { query: string }).query);
    expect(searched).toEqual(output.stats.queries);
    expect(new Set(searched).size).toBe(searched.length);
    expect([...done.children.keys()][0]).toBe("run~1~round-1/0/durable-execution");
  });

  it("does not read a thread again that an earlier round has read", () => {
    const roundsOf = new Map<string, Set<string>>();
    for (const step of done.steps) {
      const [, round = "", story] = /round-(\d+)\/.*\/read-(\d+)$/.exec(step) ?? [];
      if (story) roundsOf.set(story, (roundsOf.get(story) ?? new Set()).add(round));
    }
    expect(roundsOf.size).toBe(output.stats.threadsRead);
    for (const rounds of roundsOf.values()) expect(rounds.size).toBe(1);
  });

  it("makes one request in each step, under a key of its own", () => {
    const keys = requested.map(({ idempotencyKey }) => idempotencyKey);
    expect(keys).not.toContain(null);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toHaveLength(done.steps.filter((step) => /-by-|\/read-/.test(step)).length);
  });

  it("keeps what a step records small", () => {
    for (const result of done.results.values()) expect(result.length).toBeLessThan(100_000);
  });

  it("writes the same report for the same threads", async () => {
    expect(await run()).toEqual(output);
  });

  it("tries again what failed, when the server says, and writes the same report", async () => {
    plan = (index) => {
      if (index === 0) return { status: 429, headers: { "retry-after": "3" } };
      return index === 7 ? { status: 500 } : index === 11 ? { destroy: true } : undefined;
    };
    expect(await run()).toEqual(output);
    expect(pausesOf(trace)).toEqual([3_000, undefined, undefined]);
    expect(trace.steps.toSorted()).toEqual(done.steps.toSorted());
  });

  it("quotes nothing that tries to take programs over", async () => {
    const hostile = corpus.comments.filter((comment) => comment.hostile);
    const topics = new Set(hostile.map(({ story }) => story.topic.replaceAll("-", " ")));
    for (const topic of topics) {
      const { report, stats } = await run({ topic, maxIterations: 1 });
      for (const { item } of quotesIn(report)) expect(hostile).not.toContain(item);
      if (topic === "durable execution") expect(stats.hostile).toBeGreaterThan(0);
    }
  });

  it("says that there is no evidence rather than guess", async () => {
    const { report, found, stats } = await run({ topic: "medieval falconry manuals" });
    expect(found).toBe(false);
    expect(stats.claims).toBe(0);
    expect(report).toContain("**No evidence.**");
    expect(report).toContain("“medieval falconry manuals”");
    expect(stats.queries.length).toBeGreaterThan(1);
  });

  it("does as many rounds as allowed, and no more", async () => {
    const { stats } = await run({ maxIterations: 1 });
    expect(stats).toMatchObject({ iterations: 1, stopReason: "max-iterations" });
  });
});

describe("when Hacker News fails for good", () => {
  const STORY = 9_000_000_000_001;
  const failing = (path: string, status: number): HnFaultPlan => {
    return (_, url) => (url.includes(path) ? { status } : undefined);
  };

  it("in a search, the run fails: nothing found is never what a failure becomes", async () => {
    plan = failing("search", 503);
    await expect(run()).rejects.toBeInstanceOf(RetriesExhaustedError);
  });

  it("on every thread, the run fails and names the reason", async () => {
    plan = failing("/items/", 500);
    await expect(run()).rejects.toThrow(/nothing was found, but .* failed.*status 500/);
  });

  it("on one thread, the report says which could not be read, and why", async () => {
    plan = failing(`/items/${STORY}`, 500);
    const { report, found } = await run({ maxIterations: 1 });
    expect(found).toBe(true);
    expect(report).toMatch(new RegExp(`\\?id=${STORY}\\) could not be read: .*status 500`));
  });

  it("because a thread is gone, the report says so and it is not tried again", async () => {
    plan = failing(`/items/${STORY}`, 404);
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
