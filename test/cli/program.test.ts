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

  it.each([
    [["start", "digest", "--timeout", "soon"], /'--timeout <duration>' .*'soon'.*"90s".*"1\.5h"/],
    [["runs", "fork", "demo", "--timeout", "5000"], /'--timeout <duration>' .*'5000'.*"90s"/],
    [["research", "--approve-within", "1y"], /'--approve-within <duration>' .*'1y'.*"7d"/],
    [["runs", "list", "--limit", "500"], /'--limit <n>' .*'500'.* from 1 to 200/],
    [["runs", "list", "--limit", "0"], /'--limit <n>' .*'0'.* from 1 to 200/],
  ])("names the option and what it takes, on %j", async (words, message) => {
    const host = fakeHost("/nowhere");
    expect(await main(words, host)).toBe(2);
    expect(host.stderr.text).toMatch(message);
  });
});
