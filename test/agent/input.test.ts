import { describe, expect, it } from "vitest";
import { researchInput } from "../../lambda/agent/index.ts";
import { modelChoice, searchQueryInput } from "../../lambda/agent/input.ts";
import { deploymentFrom } from "../../infra/deployment.ts";

const input = { topic: "durable execution", model: { kind: "extractive" }, corpus: "live" };
const openai = { kind: "openai", api: "responses", small: "gpt-small", large: "org/large:1.5" };

describe("the input of a research run", () => {
  it("is trimmed and gets three rounds", () => {
    const parsed = researchInput.parse({ ...input, topic: "  durable execution " });
    expect(parsed).toEqual({ ...input, maxIterations: 3 });
  });

  it("can name the models of an OpenAI-compatible server", () => {
    expect(researchInput.parse({ ...input, model: openai }).model).toEqual(openai);
  });

  it.each([
    ["a topic of two letters", { topic: " ab " }],
    ["a topic of 201", { topic: "a".repeat(201) }],
    ["a topic without a letter", { topic: "?!..." }],
    ["a topic with a line break", { topic: "a\nb c" }],
    ["no round", { maxIterations: 0 }],
    ["nine rounds", { maxIterations: 9 }],
    ["half a round", { maxIterations: 1.5 }],
    ["no time for an approval", { approvalTimeoutMs: 0 }],
    ["an approval in words", { approvalTimeoutMs: "7d" }],
    ["more than a year for an approval", { approvalTimeoutMs: 366 * 86_400_000 }],
    ["an unknown model", { model: { kind: "magic" } }],
    ["an unknown corpus", { corpus: "both" }],
    ["a URL to search at", { baseUrl: "http://169.254.169.254/" }],
    ["a URL to reach the model at", { model: { ...openai, baseURL: "http://169.254.169.254/" } }],
    ["a key", { model: { ...openai, apiKey: "k" } }],
    ["a model's name with a space", { model: { ...openai, large: "a b" } }],
  ])("is refused with %s", (_, change) => {
    expect(researchInput.safeParse({ ...input, ...change }).success).toBe(false);
  });

  it("is what the periodic research is deployed with", () => {
    const { schedules } = deploymentFrom((name) => (name === "topic" ? "sqlite" : undefined));
    const [schedule] = Object.values(schedules);
    expect(researchInput.parse(schedule?.input)).toMatchObject({ topic: "sqlite", corpus: "live" });
  });
});

describe("the input of a query's run", () => {
  it("takes every model that a research run takes, and refuses unknown fields", () => {
    const query = { topic: "queues", query: "queues", facets: [], corpus: "live", exclude: [1] };
    for (const model of [{ kind: "extractive" }, openai]) {
      expect(modelChoice.safeParse(model).success).toBe(true);
      expect(searchQueryInput.safeParse({ ...query, model }).success).toBe(true);
    }
    const extra = { ...query, model: openai, url: "http://a.example" };
    expect(searchQueryInput.safeParse(extra).success).toBe(false);
  });
});
