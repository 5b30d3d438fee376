import { describe, expect, it } from "vitest";
import { TerminalError } from "../../lambda/index.ts";
import { ENV } from "../../lambda/core/environment.ts";
import { endpointOf, openAiAccess, VARIABLES } from "../../lambda/agent/configuration.ts";

describe("where a corpus is", () => {
  it("is the public search for the live one, unless the worker says otherwise", () => {
    expect(endpointOf("live", {})).toEqual({
      corpus: "live",
      api: "https://hn.algolia.com/api/v1",
      itemUrl: "https://news.ycombinator.com/item?id=",
    });
    expect(endpointOf("live", { SAVEPOINT_HN_URL: "http://127.0.0.1:1/api/" })).toMatchObject({
      api: "http://127.0.0.1:1/api",
      itemUrl: "https://news.ycombinator.com/item?id=",
    });
  });

  it("is the embedded stack's for the sample one, and so are its links", () => {
    const environment = { SAVEPOINT_SAMPLE_HN_URL: "http://127.0.0.1:4710/api/v1" };
    expect(endpointOf("sample", environment)).toEqual({
      corpus: "sample",
      api: "http://127.0.0.1:4710/api/v1",
      itemUrl: "http://127.0.0.1:4710/item?id=",
    });
  });

  it("is nowhere for the sample one in deployed code, which says so instead of searching live", () => {
    const environment = { SAVEPOINT_HN_URL: "http://127.0.0.1:1/" };
    expect(() => endpointOf("sample", environment)).toThrow(TerminalError);
    expect(() => endpointOf("sample", environment)).toThrow("SAVEPOINT_SAMPLE_HN_URL is not set");
  });

  it.each(["nonsense", "file:///etc/passwd", "ftp://a.example"])("is not %s", (url) => {
    expect(() => endpointOf("live", { SAVEPOINT_HN_URL: url })).toThrow(
      `SAVEPOINT_HN_URL is "${url}"`,
    );
  });
});

describe("how OpenAI is reached", () => {
  it("is with a key at OpenAI's own address, or at another with or without one", () => {
    expect(openAiAccess({ OPENAI_API_KEY: "k" })).toEqual({
      apiKey: "k",
      baseURL: "https://api.openai.com/v1",
    });
    const environment = { OPENAI_BASE_URL: "http://127.0.0.1:11434/v1" };
    expect(openAiAccess(environment)).toEqual({
      apiKey: "none",
      baseURL: "http://127.0.0.1:11434/v1",
    });
  });

  it("is not at all with neither", () => {
    expect(() => openAiAccess({ OPENAI_API_KEY: " " })).toThrow(TerminalError);
    expect(() => openAiAccess({})).toThrow("neither OPENAI_API_KEY nor OPENAI_BASE_URL is set");
  });
});

describe("the names of the variables", () => {
  it("are those that infrastructure and the embedded stack set", () => {
    expect(ENV).toMatchObject(VARIABLES);
  });
});
