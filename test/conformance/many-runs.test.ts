import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { main } from "../../cli/main.ts";
import { createApi } from "../../lambda/api/create-api.ts";
import { TerminalError, workflow } from "../../lambda/index.ts";
import { fakeHost } from "../cli/fake-host.ts";
import { openScenario, type Scenario } from "./scenario-world.ts";

let scenario: Scenario;
let isFixed = false;
let log: string[] = [];
beforeEach(() => {
  isFixed = false;
  log = [];
});
const MINUTE = 60_000;

const sleeper = workflow("sleeper", {}, async (ctx) => {
  await ctx.step("first", () => log.push("first"));
  await ctx.sleep("long", "3h");
  return "slept";
});
const fragile = workflow("fragile", {}, async (ctx, { isShort }: { isShort: boolean }) => {
  await ctx.step("first", () => log.push("first"));
  if (isShort) throw new TerminalError("too short");
  return ctx.step("second", () => {
    if (!isFixed) throw new TerminalError("broken");
    return "done";
  });
});
const family = workflow("family", {}, async (ctx) => {
  await Promise.all([
    ctx.run(fragile, { isShort: false }, { key: "one" }).catch(() => undefined),
    ctx.run(sleeper, undefined, { key: "two" }),
  ]);
});
const workflows = [sleeper, fragile, family];

/** The command line, on the API of a world; what it printed, and its exit code. */
async function openCommandLine() {
  scenario = await openScenario({ workflows });
  const { world, savepoint } = scenario;
  const api = createApi({ savepoint, version: "1", log: world.log });
  const server = createServer((request, response) => {
    const answer = async () => {
      const body = await text(request);
      const { method = "GET", url = "/" } = request;
      const headers = { "content-type": "application/json" };
      const init = { method, headers, ...(body !== "" && { body }) };
      const reply = await api.fetch(new Request(`http://api.test${url}`, init));
      response.writeHead(reply.status, { "content-type": "application/json" });
      response.end(await reply.text());
    };
    void answer();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return async (...words: string[]) => {
    const fake = fakeHost(".");
    // Durations on the command line count back from now.
    const host = { ...fake, clock: { ...fake.clock, now: () => world.clock.now() } };
    const code = await main(["runs", ...words, "--endpoint", endpoint], host);
    return { code, lines: fake.stdout.lines, said: fake.stderr.lines };
  };
}

const statuses = async (...ids: string[]) =>
  Promise.all(ids.map((id) => scenario.until(scenario.savepoint.get(id).status())));

describe("many runs at once", () => {
  it("64. are cancelled, resumed and deleted, those that refuse left aside", async () => {
    const run = await openCommandLine();
    const ids = ["one", "two", "three"];
    for (const id of ids) await scenario.start(sleeper, undefined, { id });
    await scenario.pass(5_000);
    expect(await run("cancel", "--workflow", "sleeper")).toMatchObject({ code: 0 });
    await scenario.pass(MINUTE);
    expect(await statuses(...ids)).toEqual(["cancelled", "cancelled", "cancelled"]);
    await scenario.until(scenario.savepoint.get("three").delete());

    const dry = await run("resume", "--status", "cancelled", "--dry-run");
    expect(dry.lines.toSorted()).toEqual(["one cancelled", "two cancelled"]);
    expect(await statuses("one", "two")).toEqual(["cancelled", "cancelled"]);
    await run("resume", "--status", "cancelled");
    await scenario.pass(MINUTE);
    expect(await statuses("one", "two")).toEqual(["waiting", "waiting"]);

    const refused = await run("delete", "--workflow", "sleeper");
    expect([refused.code, refused.said.at(-1)]).toEqual([
      1,
      "delete: asked of 2 runs, refused by 2",
    ]);
    await scenario.ending(scenario.savepoint.get("one").result());
    await scenario.ending(scenario.savepoint.get("two").result());
    await scenario.pass(MINUTE);
    expect(await run("delete", "--workflow", "sleeper")).toMatchObject({ code: 0 });
    expect(await scenario.until(scenario.savepoint.list())).toEqual({ runs: [] });
    expect(log).toEqual(["first", "first", "first"]);
  });

  it("64. are deleted with all their children, as soon as those have ended", async () => {
    const run = await openCommandLine();
    for (const id of ["one", "two"]) await scenario.start(family, undefined, { id });
    await scenario.pass(MINUTE);
    expect(await run("delete", "--workflow", "family", "--children")).toMatchObject({ code: 1 });
    expect((await scenario.until(scenario.savepoint.list())).runs).toHaveLength(6);
    await scenario.ending(scenario.savepoint.get("one").result());
    await scenario.ending(scenario.savepoint.get("two").result());
    await scenario.pass(MINUTE);
    expect(await run("delete", "--workflow", "family", "--children")).toMatchObject({ code: 0 });
    expect(await scenario.until(scenario.savepoint.list())).toEqual({ runs: [] });
  });

  it("68. are forked from one step, those that have not come so far left aside", async () => {
    const run = await openCommandLine();
    for (const [id, isShort] of [
      ["one", false],
      ["two", true],
      ["three", false],
    ] as const) {
      const started = await scenario.start(fragile, { isShort }, { id });
      await scenario.ending(started.result());
      await scenario.pass(1_000);
    }
    isFixed = true;
    log = [];
    const choice = ["--status", "failed", "--from", "second"];
    const dry = await run("fork", ...choice, "--dry-run");
    expect(dry.lines).toEqual(["three failed", "two failed", "one failed"]);
    const { code, lines, said } = await run("fork", ...choice);
    expect([code, said]).toEqual([
      1,
      [
        expect.stringContaining('refused: run "two" has recorded no operation "second"'),
        "fork: asked of 3 runs, refused by 1",
      ],
    ]);
    expect(lines.map((line) => line.split(" ")[0])).toEqual(["three", "one"]);
    for (const line of lines) {
      const fork = scenario.savepoint.get(line.split(" ")[1] ?? "");
      expect(await scenario.ending(fork.result())).toBe("done");
    }
    expect(log).toEqual([]);
    expect(await statuses("one", "two", "three")).toEqual(["failed", "failed", "failed"]);
    await scenario.sound();
  });

  it("74. in flight that are older than a time are all cancelled, and no others", async () => {
    const run = await openCommandLine();
    await scenario.start(fragile, { isShort: true }, { id: "ended" });
    await scenario.start(sleeper, undefined, { id: "sleeps" });
    const paused = await scenario.start(sleeper, undefined, { id: "paused" });
    await scenario.pass(5_000);
    await scenario.until(paused.pause());
    await scenario.pass(60 * MINUTE);
    await scenario.start(sleeper, undefined, { id: "young" });
    await scenario.pass(30 * MINUTE);
    expect(await run("cancel", "--workflow", "sleeper", "--until", "1h")).toMatchObject({
      code: 0,
    });
    await run("cancel", "--workflow", "fragile", "--until", "1h");
    await scenario.pass(MINUTE);
    expect(await statuses("ended", "sleeps", "paused", "young")).toEqual([
      "failed",
      "cancelled",
      "cancelled",
      "waiting",
    ]);
  });
});
