import { strictEqual } from "node:assert";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Stack, startStack } from "../../localstack/embedded/stack.ts";
import { memoryLog } from "../localstack/lambda-host/functions.ts";
import { seededRandom } from "../../lambda/testing/seeded-ids.ts";
import { CommandLine, type Ended } from "./command-line.ts";

const INPUT = {
  topic: "durable execution",
  maxIterations: 1,
  model: { kind: "extractive" },
  corpus: "sample",
};

let directory: string;
let stack: Stack;
let cli: CommandLine;
const changes: string[] = [];

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "savepoint-bad-"));
  stack = await startStack({
    directory,
    log: memoryLog(),
    sources: { api: "test/e2e/fixtures/unchecked-api.ts" },
    faults: {
      observe({ service, action, error }) {
        const isRead = /^(?:Get|BatchGet|Query|Receive)/.test(action);
        if (!isRead && !error) changes.push(`${service} ${action}`);
      },
    },
  });
  cli = new CommandLine({ SAVEPOINT_TOKEN: stack.token });
  // No sample corpus here: the run ends in its first step, and its id is taken.
  const started = await call("/runs/research", { id: "taken", input: INPUT });
  strictEqual(started.status, 202);
  await call("/runs/taken?wait=20");
  await quiet();
}, 120_000);
afterAll(async () => {
  await cli.close();
  await stack.stop();
  rmSync(directory, { recursive: true });
});
beforeEach(() => {
  changes.length = 0;
});

async function call(path: string, body?: unknown): Promise<{ status: number; code: unknown }> {
  const response = await fetch(stack.api + path, {
    method: body === undefined ? "GET" : "POST",
    headers: { "x-savepoint-token": stack.token, "content-type": "application/json" },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const reply = (await response.json()) as { error?: { code: string } };
  return { status: response.status, code: reply.error?.code };
}

/** Resolves once the worker has deleted its message. */
async function quiet(): Promise<void> {
  while (stack.isBusy()) await new Promise((resolve) => setImmediate(resolve));
}

/** Text that does not compress. */
function noise(length: number): string {
  const random = seededRandom(1);
  return Array.from({ length }, () => String.fromCharCode(33 + Math.floor(random() * 90))).join("");
}

describe("the HTTP API, given what it cannot take", () => {
  it.each<[string, string, unknown, number, string]>([
    ["an unknown workflow", "/runs/nothing", { input: INPUT }, 404, "workflow_not_found"],
    ["an unknown run", "/runs/nobody", undefined, 404, "run_not_found"],
    ["input that misses fields", "/runs/research", { input: { topic: "x" } }, 422, "validation"],
    [
      "input of wrong types",
      "/runs/research",
      { input: { ...INPUT, topic: 5 } },
      422,
      "validation",
    ],
    ["a field nobody knows", "/runs/research", { input: INPUT, priority: 1 }, 422, "validation"],
    ["an id that is no text", "/runs/research", { input: INPUT, id: 5 }, 422, "validation"],
    ["an id with a slash", "/runs/research", { input: INPUT, id: "a/b" }, 422, "validation"],
    ["a body that is no JSON", "/runs/research", "{", 400, "bad_json"],
    [
      "a second start with another input",
      "/runs/research",
      { input: { ...INPUT, maxIterations: 2 }, id: "taken" },
      409,
      "run_conflict",
    ],
    [
      "the same id for another workflow",
      "/runs/search-query",
      {
        id: "taken",
        input: {
          topic: "abc",
          query: "x",
          facets: [],
          exclude: [],
          model: INPUT.model,
          corpus: "sample",
        },
      },
      409,
      "run_conflict",
    ],
    ["a page of no size", "/runs?limit=0", undefined, 422, "validation"],
    ["a body over 4 MB", "/runs/research", { input: "x".repeat(4_300_000) }, 413, "body_too_large"],
  ])("refuses %s and changes nothing", async (_, path, body, status, code) => {
    expect(await call(path, body)).toEqual({ status, code });
    expect(changes).toEqual([]);
  });

  it("refuses a value over 1 MB after compression and changes nothing", async () => {
    const input = { n: noise(1_600_000) };
    const refused = { status: 413, code: "value_too_large" };
    expect(await call("/runs/decent", { input, id: "large" })).toEqual(refused);
    expect(changes).toEqual([]);
  });
});

describe("the command line, given what it cannot take", () => {
  it("says what is wrong, exits accordingly and changes nothing", async () => {
    const on = (...words: string[]): Promise<Ended> =>
      cli.savepoint("--endpoint", stack.api, ...words).ended;
    const input = JSON.stringify(INPUT);
    const other = JSON.stringify({ ...INPUT, maxIterations: 2 });
    const replies = await Promise.all([
      on("start", "nothing", "--input", input),
      on("start", "research", "--input", '{"topic": 5}'),
      on("start", "research", "--input", "{"),
      on("start", "research", "--input", other, "--id", "taken"),
      on("start", "research", "--input", input, "--id", "a/b"),
      on("runs", "show", "nobody"),
      on("research", "--max-iterations", "none"),
      on("runs", "list", "--status", "odd"),
    ]);
    expect(replies.map(({ code, out, err }) => [code, out, err.split("\n")[0]])).toEqual([
      [
        1,
        "",
        'error: there is no workflow "nothing"; this deployment has research, plan-research, search-query, decent, savepoint-smoke',
      ],
      [1, "", expect.stringContaining("error: ")],
      [2, "", expect.stringContaining("error: --input is not JSON")],
      [1, "", expect.stringContaining('run "taken" was started before with another input')],
      [1, "", expect.stringContaining("error: ")],
      [1, "", expect.stringContaining('error: there is no run "nobody"')],
      [2, "", expect.stringContaining("Give a whole number from 1.")],
      [
        2,
        "",
        "error: option '--status <status>' argument 'odd' is invalid. Give one of queued, running, waiting, succeeded, failed, cancelled, blocked, paused.",
      ],
    ]);
    expect(replies[1]?.err).toContain("topic");
    expect(replies[4]?.err).toContain("must be 1 to 200 of A-Z a-z 0-9 . _ : -");
    expect(changes).toEqual([]);
  }, 120_000);
});
