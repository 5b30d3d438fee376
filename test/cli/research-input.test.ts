import { describe, expect, it } from "vitest";
import {
  announcement,
  defaultChoices,
  parseModel,
  researchId,
  researchInput,
} from "../../cli/research-input.ts";
import { researchInput as schema } from "../../lambda/agent/input.ts";
import { assertRunId } from "../../lambda/core/keys.ts";
import { seededIds } from "../../lambda/testing/seeded-ids.ts";

describe("the choice of a model", () => {
  it.each([
    ["extractive", { kind: "extractive" }],
    ["openai:m", { kind: "openai", api: "responses", small: "m", large: "m" }],
    ["openai:s,l", { kind: "openai", api: "responses", small: "s", large: "l" }],
    [
      "openai-chat:llama3:8b",
      { kind: "openai", api: "chat", small: "llama3:8b", large: "llama3:8b" },
    ],
  ])("understands %s", (text, model) => {
    expect(parseModel(text)).toEqual(model);
  });

  it.each(["", "gpt", "openai:", "openai:a,b,c", "openai,a", "extractive:x"])(
    "refuses %j",
    (text) => {
      expect(() => parseModel(text)).toThrow(`--model is "${text}"`);
    },
  );

  it("is OpenAI's by default only where this command's own stack has the key", () => {
    const env = { OPENAI_API_KEY: "k" };
    expect(defaultChoices(false, env).model).toMatchObject({ kind: "openai", api: "responses" });
    expect(defaultChoices(false, {}).model).toEqual({ kind: "extractive" });
    expect(defaultChoices(true, env).model).toEqual({ kind: "extractive" });
  });
});

describe("the input of a research run", () => {
  it("is what the workflow takes, by default and as chosen", () => {
    for (const isDeployed of [true, false]) {
      const defaults = { ...defaultChoices(isDeployed, {}) };
      expect(schema.safeParse(researchInput({}, defaults)).success).toBe(true);
      const model = parseModel("openai");
      const chosen = researchInput({ topic: " queues ", model, maxIterations: 2 }, defaults);
      expect(schema.parse(chosen)).toEqual({ ...chosen, topic: "queues" });
    }
  });

  it("takes from the run that is there what was not chosen, unknown fields too", () => {
    const there = { topic: "queues", corpus: "live", depth: 2 };
    expect(researchInput({}, there)).toEqual(there);
    expect(researchInput({ topic: "locks" }, there)).toEqual({ ...there, topic: "locks" });
  });

  it("never searches the sample on an API that is somebody else's unless asked to", () => {
    expect(defaultChoices(true, {}).corpus).toBe("live");
    expect(defaultChoices(false, {}).corpus).toBe("sample");
  });
});

describe("the announcement", () => {
  it("says in one line who writes and from what", () => {
    expect(announcement({ ...defaultChoices(false, {}) })).toBe(
      "model: extractive (no LLM) · corpus: sample (invented texts, not Hacker News)",
    );
    expect(announcement({ model: parseModel("openai-chat:s,l"), corpus: "live" })).toBe(
      "model: openai (s reads, l writes, Chat Completions) · corpus: live (Hacker News)",
    );
  });
});

describe("a fresh id", () => {
  it.each([
    ["Durable execution!", /^research-durable-execution-[0-9a-z]{8}$/],
    ["日本語", /^research-[0-9a-z]{8}$/],
    ["Émile ".repeat(60), /^research-(emile-)+emil-[0-9a-z]{8}$/],
  ])("tells the topic %s", (topic, pattern) => {
    const id = researchId(topic, seededIds(1));
    expect(id).toMatch(pattern);
    expect(() => assertRunId(id)).not.toThrow();
  });

  it("differs from one run to the next", () => {
    const ids = seededIds(1);
    expect(researchId("a topic", ids)).not.toBe(researchId("a topic", ids));
  });
});
