import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { RetriesExhaustedError, TerminalError } from "../../lambda/index.ts";
import {
  type ResearchInput,
  type ResearchOutput,
  researchWorkflows,
} from "../../lambda/agent/index.ts";
import { type HnSimulator, startHnSimulator } from "../../localstack/hn/server.ts";
import {
  type OpenAiReply,
  type OpenAiRequest,
  type OpenAiServer,
  startOpenAiServer,
} from "../support/openai-server.ts";
import { newTrace, pausesOf, runInline, type Trace } from "./inline-context.ts";

const { research } = researchWorkflows();
const UNREAD = "9000000999999.1";
const FOLLOW_UPS = ["versioning", "idempotency", "determinism"];

let simulator: HnSimulator;
let server: OpenAiServer;
let trace: Trace;
let script: (request: OpenAiRequest, index: number) => OpenAiReply | undefined;

beforeAll(async () => {
  simulator = await startHnSimulator();
  server = await startOpenAiServer((request, index) => script(request, index) ?? think(request));
});
afterAll(async () => {
  await server.close();
  await simulator.close();
});
let seen = { requests: 0, input: 0, output: 0 };
beforeEach(() => {
  vi.stubEnv("SAVEPOINT_SAMPLE_HN_URL", simulator.url);
  vi.stubEnv("OPENAI_BASE_URL", server.url);
  vi.stubEnv("OPENAI_API_KEY", "secret");
  script = () => undefined;
  seen = { requests: server.requests.length, ...server.billed() };
});
afterEach(() => vi.unstubAllEnvs());

const requests = () => server.requests.slice(seen.requests);
const billed = () => {
  const { input, output } = server.billed();
  return { input: input - seen.input, output: output - seen.output };
};

async function run(changes: Partial<ResearchInput> = {}): Promise<ResearchOutput> {
  trace = newTrace();
  const model = { kind: "openai", api: "responses", small: "small-1", large: "large-1" } as const;
  const input = { topic: "durable execution", maxIterations: 2, corpus: "sample" } as const;
  return runInline(research, { ...input, model, ...changes }, trace);
}
const failure = (changes: Partial<ResearchInput> = {}) =>
  run(changes).then(
    ({ report }) => Promise.reject(new Error(`wrote: ${report}`)),
    (error: unknown) => error,
  );

interface ReadThread {
  readonly posts: readonly { readonly sentences: Readonly<Record<string, string>> }[];
}
interface ReadFinding {
  readonly sentences: readonly { readonly id: string; readonly text: string }[];
}

/** A model that finds the longest sentence of each comment, and writes what it was given. */
function think({ format, input }: OpenAiRequest): OpenAiReply {
  const data: unknown = JSON.parse(/DATA (.*)\n(.*)\nEND \1/.exec(input)?.[2] ?? "null");
  switch (format) {
    case "plan":
      return answer({ questions: ["What breaks?"], queries: ["durable execution"] });
    case "findings": {
      const cites = (data as ReadThread).posts.flatMap(({ sentences }) => {
        const byLength = Object.entries(sentences).toSorted(([, a], [, b]) => b.length - a.length);
        return byLength.slice(0, 1);
      });
      const findings = cites.map(([id, text]) => ({ claim: text, stance: "for", cites: [id] }));
      return answer({ findings: findings.slice(0, 4) });
    }
    case "assessment":
      return answer({ enough: false, missing: ["prices"], next: FOLLOW_UPS });
    case "report": {
      const claims = (data as ReadFinding[]).slice(0, 3).flatMap(({ sentences }) => {
        const [first] = sentences;
        return first ? [{ text: first.text, cites: [first.id] }] : [];
      });
      const unread = { text: "Everybody loves Foo", cites: [UNREAD] };
      const sections = [{ heading: "What breaks", claims: [...claims, unread] }];
      return answer({ answer: claims.slice(0, 1), sections, disagreements: [], gaps: ["prices"] });
    }
    default:
      throw new Error(`asked for ${format}`);
  }
}
const answer = (value: unknown): OpenAiReply => ({ kind: "answer", value });

/** Answers only requests for one form, and of these only the nth (from 0), or all. */
const only =
  (format: string, reply: OpenAiReply, nth?: number) =>
  (request: OpenAiRequest): OpenAiReply | undefined => {
    const same = requests().filter((other) => other.format === format);
    const isMeant = nth === undefined || same.indexOf(request) === nth;
    return request.format === format && isMeant ? reply : undefined;
  };

describe.each(["responses", "chat"] as const)("research with a model behind the %s API", (api) => {
  const model = { kind: "openai", api, small: "small-1", large: "large-1" } as const;

  it("accounts for every token, and names the models", async () => {
    const { stats, report, model: name } = await run({ model });
    expect(stats.tokens).toEqual(billed());
    expect(report).toContain(`- Tokens: ${stats.tokens.input} in, ${stats.tokens.output} out`);
    expect(name).toBe("large-1 for planning and writing, small-1 for reading");
  });

  it("asks the small model to read, the large one to plan and write, each step under its key", async () => {
    await run({ model });
    const roles = new Set(requests().map(({ format, model: asked }) => `${format} ${asked}`));
    expect([...roles].toSorted()).toEqual([
      "assessment small-1",
      "findings small-1",
      "plan large-1",
      "report large-1",
    ]);
    const keys = requests().map(({ idempotencyKey }) => idempotencyKey);
    expect(keys).not.toContain(undefined);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe("research with a language model", () => {
  it("searches all follow-up queries, none twice, whatever the model repeats", async () => {
    const { stats } = await run({ maxIterations: 3 });
    expect(stats.queries).toEqual(["durable execution", ...FOLLOW_UPS]);
  });

  it("drops a claim that cites an item never read, counts it and does not repeat it", async () => {
    const { report, stats } = await run();
    expect(stats).toMatchObject({ dropped: 1 });
    expect(stats.claims).toBeGreaterThan(2);
    expect(report).not.toContain("Foo");
    expect(report).toContain(`because it cites ${UNREAD}, which was not read in this run`);
  });

  it("drops a finding that cites another thread's sentence", async () => {
    const findings = [{ claim: "Foo wins", stance: "for", cites: [UNREAD] }];
    script = only("findings", answer({ findings }));
    const { found, stats, report } = await run({ maxIterations: 1 });
    expect(found).toBe(false);
    expect(stats.dropped).toBe(stats.threadsRead);
    expect(report).not.toContain("Foo");
  });

  it.each([
    ["nothing but punctuation", ['""', "--"]],
    ["one endless word", ["durableexecution".repeat(8)]],
  ])("searches for the topic when it plans %s", async (_, queries) => {
    script = ({ format }) => {
      if (format === "plan") return answer({ questions: ["?"], queries });
      const enough = { enough: true, missing: [], next: [] };
      return format === "assessment" ? answer(enough) : undefined;
    };
    expect((await run()).stats.queries.length).toBeGreaterThan(0);
  });

  it("lists what the model says is missing", async () => {
    const { report } = await run({ maxIterations: 1 });
    expect(report.match(/Open, as the model sees it: prices/g)).toHaveLength(1);
  });

  it("stops when the model has enough", async () => {
    script = only("assessment", answer({ enough: true, missing: [], next: ["retries"] }));
    const { stats } = await run();
    expect(stats).toMatchObject({ iterations: 1, stopReason: "enough" });
  });
});

describe("a model's failure", () => {
  it("429 is retried when the server says", async () => {
    const headers = { "retry-after": "20" };
    script = (_, index) =>
      index === seen.requests ? { kind: "error", status: 429, headers } : undefined;
    const { stats } = await run({ maxIterations: 1 });
    expect(pausesOf(trace)).toEqual([20_000]);
    expect(stats.tokens).toEqual(billed());
    expect(
      new Set(
        requests()
          .slice(0, 2)
          .map((one) => one.idempotencyKey),
      ).size,
    ).toBe(1);
  });

  it("500 for good ends the run once the attempts are used up", async () => {
    script = only("plan", { kind: "error", status: 500 });
    expect(await failure()).toBeInstanceOf(RetriesExhaustedError);
    expect(requests()).toHaveLength(6);
  });

  it("401 ends the run at once, with advice", async () => {
    script = () => ({ kind: "error", status: 401, code: "invalid_api_key" });
    const error = await failure();
    expect(error).toBeInstanceOf(TerminalError);
    expect(error).toMatchObject({ message: expect.stringContaining("check OPENAI_API_KEY") });
    expect(requests()).toHaveLength(1);
  });

  it.each<[string, OpenAiReply]>([
    ["a cut-off answer", { kind: "truncated" }],
    ["invalid JSON", { kind: "text", text: "Sure!" }],
  ])("%s is asked for once more with twice the room, and paid for twice", async (_, reply) => {
    script = only("report", reply, 0);
    const { stats, found } = await run({ maxIterations: 1 });
    const asked = requests().filter(({ format }) => format === "report");
    expect(found).toBe(true);
    expect(asked.map(({ maxTokens }) => maxTokens)).toEqual([16_000, 32_000]);
    expect(new Set(asked.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(2);
    expect(stats.tokens).toEqual(billed());
  });

  it.each([
    ["a cut-off answer", { kind: "truncated" } as const, "cut off twice", "truncated"],
    ["invalid JSON", { kind: "text", text: "Sure!" } as const, "another form", "malformed"],
  ])("%s twice ends the run, and the error tells the tokens", async (_, reply, message, reason) => {
    script = only("report", reply);
    const error = await failure({ maxIterations: 1 });
    expect(error).toBeInstanceOf(TerminalError);
    expect(error).toMatchObject({
      message: expect.stringContaining(message),
      details: { reason, tokens: billed() },
    });
  });

  it("a refusal to write ends the run in the model's words, and the error tells the tokens", async () => {
    script = only("report", { kind: "refusal", text: "I would rather not" });
    const error = await failure({ maxIterations: 1 });
    expect(error).toBeInstanceOf(TerminalError);
    expect(error).toMatchObject({
      message: "write: the model refused to answer: I would rather not",
      details: { reason: "refused", tokens: billed() },
    });
  });

  it("a refusal to read one thread is reported, paid for, and does not end the run", async () => {
    script = only("findings", { kind: "refusal", text: "I would rather not" }, 0);
    const { report, stats } = await run({ maxIterations: 1 });
    expect(report).toMatch(/could not be read: extract-\d+: the model refused to answer/);
    expect(stats.tokens).toEqual(billed());
  });

  it("a refusal to read any thread ends the run, and the error tells the tokens", async () => {
    script = only("findings", { kind: "refusal", text: "I would rather not" });
    const error = await failure({ maxIterations: 1 });
    expect(error).toMatchObject({
      message: expect.stringContaining("refused"),
      details: { tokens: billed() },
    });
  });

  it("to be configured is noticed before anything is searched", async () => {
    vi.stubEnv("OPENAI_BASE_URL", "");
    vi.stubEnv("OPENAI_API_KEY", "");
    expect(await failure()).toMatchObject({
      message: expect.stringContaining("OPENAI_API_KEY and OPENAI_BASE_URL is set"),
    });
    expect(trace.steps).toEqual([]);
  });
});

describe("a model that is not deployed", () => {
  it("is noticed before anything is searched, with advice, and is not tried again", async () => {
    const error = await failure({ model: { kind: "extractive" } });
    expect(error).toBeInstanceOf(TerminalError);
    expect((error as Error).message).toMatch(/not deployed here[^]*-c extractive=true[^]*--model/);
    expect([trace.steps, trace.retried]).toEqual([[], []]);
  });

  it("fails a child run of a time when it was", async () => {
    const { searchQuery } = researchWorkflows();
    const input = { topic: "durable execution", query: "sqlite", facets: [], exclude: [] };
    const search = runInline(
      searchQuery,
      { ...input, model: { kind: "extractive" }, corpus: "sample" },
      newTrace(),
    );
    await expect(search).rejects.toThrow(
      /none of \d+ threads could be used: [^]*not deployed here/,
    );
  });
});
