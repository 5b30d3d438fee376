import { describe, expect, it } from "vitest";
import { type ReadSecret, TerminalError } from "../../lambda/index.ts";
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
  it("is with a key at OpenAI's own address, or at another with or without one", async () => {
    expect(await openAiAccess({ OPENAI_API_KEY: "k" })).toEqual({
      apiKey: "k",
      baseURL: "https://api.openai.com/v1",
    });
    const environment = { OPENAI_BASE_URL: "http://127.0.0.1:11434/v1" };
    expect(await openAiAccess(environment)).toEqual({
      apiKey: "none",
      baseURL: "http://127.0.0.1:11434/v1",
    });
  });

  it("is with the key that a secret holds, where the environment names one", async () => {
    const read = async (id: string): Promise<string> => `key of ${id}\n`;
    const environment = { SAVEPOINT_OPENAI_SECRET: "arn", OPENAI_API_KEY: "another" };
    expect(await openAiAccess(environment, read)).toMatchObject({ apiKey: "key of arn" });
  });

  it("is with the key that the secret holds by now, when the one before was refused", async () => {
    const read: ReadSecret = async (_, { refused } = {}) =>
      refused === " old\n" ? "new\n" : " old\n";
    const access = await openAiAccess({ SAVEPOINT_OPENAI_SECRET: "arn" }, read);
    expect(access.apiKey).toBe("old");
    expect(await access.renewedKey?.()).toBe("new");
    expect(await openAiAccess({ OPENAI_API_KEY: "k" })).not.toHaveProperty("renewedKey");
  });

  it("is tried again when that cannot be read, since that can be mended meanwhile", async () => {
    const failure = new Error("the secret arn cannot be read: AccessDeniedException");
    const access = openAiAccess({ SAVEPOINT_OPENAI_SECRET: "arn" }, () => Promise.reject(failure));
    await expect(access).rejects.toBe(failure);
  });

  it("is not at all with none of them", async () => {
    await expect(openAiAccess({ OPENAI_API_KEY: " " })).rejects.toThrow(TerminalError);
    await expect(openAiAccess({})).rejects.toThrow(
      "none of SAVEPOINT_OPENAI_SECRET, OPENAI_API_KEY and OPENAI_BASE_URL is set",
    );
  });
});

describe("the names of the variables", () => {
  it("are those that infrastructure and the embedded stack set", () => {
    expect(ENV).toMatchObject(VARIABLES);
  });
});
