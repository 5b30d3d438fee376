import { appendFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isDetail, logLineText, logTail } from "../../cli/stack-log.ts";
import { stage } from "./fixture.ts";

describe("the tail of a log", () => {
  it("gives whole lines, each once, from where the log stood", async () => {
    const { folder } = await stage();
    const path = join(folder, "stack.log");
    await writeFile(path, "old\n");
    const tail = await logTail(path);
    expect(await tail.read()).toEqual([]);
    await appendFile(path, "one\ntw");
    expect(await tail.read()).toEqual(["one"]);
    await appendFile(path, "o\n");
    expect(await tail.read()).toEqual(["two"]);
  });

  it("waits for a log that is not there, and follows one that begins anew", async () => {
    const { folder } = await stage();
    const path = join(folder, "stack.log");
    const tail = await logTail(path);
    expect(await tail.read()).toEqual([]);
    await writeFile(path, "first, and long\n");
    expect(await tail.read()).toEqual(["first, and long"]);
    await writeFile(path, "second\n");
    expect(await tail.read()).toEqual(["second"]);
  });
});

const line = (level: string, more: object = {}): string =>
  JSON.stringify({ level, message: "claimed", time: "2026-01-01T10:00:01.250Z", ...more });

describe("a line of the log", () => {
  it("is told with its time, its level when it is no mere information, and its fields", () => {
    expect(logLineText(line("info"))).toBe("10:00:01.250 claimed");
    expect(logLineText(line("warn", { run: "demo", error: { message: "no" } }))).toBe(
      '10:00:01.250 warn claimed run=demo error={"message":"no"}',
    );
  });

  it("is a detail when it is written for debugging, and only then", () => {
    expect(isDetail(line("debug"))).toBe(true);
    expect([line("info"), line("error"), "debug"].some(isDetail)).toBe(false);
  });

  it("is shown as it is when it is no entry, without escape sequences", () => {
    expect(logLineText("Error: \u001B[31mat start\u001B[0m")).toBe("Error: at start");
    expect(logLineText("[1]")).toBe("[1]");
  });
});
