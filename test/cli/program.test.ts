import { describe, expect, it } from "vitest";
import { main } from "../../cli/main.ts";
import { fakeHost } from "./fake-host.ts";

describe("the command line", () => {
  it.each([
    [["research", "--max-iterations", "many"]],
    [["research", "--model", "gpt"]],
    [["research", "--corpus", "mine"]],
    [["research", "--crash-after", "0"]],
    [["research", "--crash-after", "1", "--endpoint", "http://127.0.0.1:1"]],
    [["research", "--endpoint", "ftp://example.org"]],
    [["research", "--depth", "3"]],
    [["runs", "list", "--status", "lost"]],
    [["runs", "show"]],
    [["start", "digest", "--input", "{"]],
    [["start", "digest", "--attribute", "tenant"]],
    [["send", "demo", "approved"]],
    [["send", "demo", "approved", "--value", "{"]],
    [["send", "demo", "approved", "--value", "1", "--key", "a b"]],
    [["complete", "a.b"]],
    [["complete", "a.b", "--value", "{"]],
    [["runs", "cancel"]],
    [["runs", "pause", "demo", "--reason", "x"]],
    [["unknown"]],
  ])("ends with 2, having done nothing, on %j", async (words) => {
    const host = fakeHost("/nowhere");
    expect(await main(words, host)).toBe(2);
    expect(host.stderr.text).toMatch(/error: /);
    expect(host.launched).toEqual([]);
  });
});
