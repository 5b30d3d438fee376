import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { main } from "../../cli/main.ts";
import { failure, type FakeApi, runOf } from "./fake-api.ts";
import { announceStack, stage } from "./fixture.ts";
import { posts, REPORT, researchLooks } from "./research-looks.ts";

const at = (api: FakeApi, ...words: string[]): string[] => [...words, "--endpoint", api.url];

describe("savepoint research", () => {
  it("starts a run, tells what happens and prints the report alone to standard output", async () => {
    const { api, host } = await stage();
    api.fresh = researchLooks();
    expect(await main(at(api, "research", "message", "queues", "--id", "demo"), host)).toBe(0);
    expect(posts(api)).toEqual([
      {
        url: "/runs/research",
        body: {
          id: "demo",
          input: {
            topic: "message queues",
            maxIterations: 3,
            model: { kind: "extractive" },
            corpus: "live",
          },
        },
      },
    ]);
    expect(host.stdout.text).toBe(`${REPORT}\n`);
    expect(host.stderr.lines).toEqual([
      "model: extractive (no LLM) · corpus: live (Hacker News)",
      "run demo",
      "     0 ms  ▸ research demo  started",
      "   130 ms  ✔ plan  120 ms",
      "   900 ms  ✔ research demo  succeeded · 900 ms",
    ]);
  });

  it("asks for the sample's own topic under a fresh id when it is given nothing", async () => {
    const { api, host, folder } = await stage();
    api.fresh = researchLooks();
    await announceStack(folder, api);
    const words = ["research", "--directory", "."];
    expect(await main(words, host)).toBe(0);
    expect(await main(words, host)).toBe(0);
    const input = { topic: "durable execution", corpus: "sample" };
    const id = expect.stringMatching(/^research-durable-execution-/) as string;
    expect(posts(api)).toMatchObject([{ body: { id, input } }, { body: { id, input } }]);
    expect(api.runs.size).toBe(2);
  });

  it("stores the choices of the command line in the run's input", async () => {
    const { api, host } = await stage();
    api.fresh = researchLooks();
    const choices = ["--model", "openai:m", "--corpus", "sample", "--max-iterations", "2"];
    await main(at(api, "research", "a topic", ...choices), host);
    expect(posts(api)).toMatchObject([
      {
        body: {
          input: {
            topic: "a topic",
            maxIterations: 2,
            model: { kind: "openai", api: "responses", small: "m", large: "m" },
            corpus: "sample",
          },
        },
      },
    ]);
    expect(host.stderr.lines[0]).toContain("openai (m)");
    expect(host.stderr.lines[0]).toContain("invented texts");
  });

  it("joins the run of its id, whatever that one was started with", async () => {
    const { api, host } = await stage();
    const input = {
      topic: "locks",
      maxIterations: 1,
      model: { kind: "extractive" },
      corpus: "live",
    };
    const [, going, ended] = researchLooks();
    api.runs.set(
      "demo",
      [going, ended].flatMap((one) =>
        one ? [{ ...one, run: { ...one.run, id: "demo", input } }] : [],
      ),
    );
    expect(await main(at(api, "research", "--id", "demo"), host)).toBe(0);
    // Started without defaults, it has another input than is shown of it.
    expect(posts(api)).toEqual([]);
    expect(host.stderr.lines[1]).toBe("run demo, running: joined");
    expect(host.stdout.text).toBe(`${REPORT}\n`);
  });

  it("shows the API's refusal of another topic for the same id, and prints nothing else", async () => {
    const { api, host } = await stage();
    api.runs.set("demo", researchLooks());
    const message = 'run "demo" was started before with another input; choose another id';
    api.intercept = ({ method }) =>
      method === "POST" ? failure(409, "run_conflict", message) : undefined;
    expect(await main(at(api, "research", "other", "--id", "demo"), host)).toBe(1);
    expect(host.stderr.lines.at(-1)).toBe(`error: ${message}`);
    expect(host.stdout.text).toBe("");
  });

  it("leaves the judgement of an id to the API", async () => {
    const { api, host } = await stage();
    api.intercept = () => failure(422, "validation", "body is not valid: id");
    for (const id of ["..", "a b", "a~b"]) {
      expect(await main(at(api, "research", "--id", id), host)).toBe(1);
    }
    expect(posts(api)).toMatchObject([{ body: { id: ".." } }, { body: { id: "a b" } }]);
  });

  it("shows which field the API refuses", async () => {
    const { api, host } = await stage();
    const issues = [{ path: "maxIterations", message: "must be at most 8" }];
    api.intercept = () => failure(422, "validation", "input does not fit", { issues });
    expect(await main(at(api, "research", "--max-iterations", "9"), host)).toBe(1);
    expect(host.stderr.lines.slice(-2)).toEqual([
      "error: input does not fit",
      "  maxIterations: must be at most 8",
    ]);
  });

  it("prints one JSON object when asked to", async () => {
    const { api, host } = await stage();
    api.fresh = researchLooks({ report: REPORT, found: true });
    expect(await main(at(api, "research", "--id", "demo", "--json"), host)).toBe(0);
    expect(JSON.parse(host.stdout.text)).toEqual({
      id: "demo",
      status: "succeeded",
      output: { report: REPORT, found: true },
    });
  });

  it("writes the report to a file and says so", async () => {
    const { api, host, folder } = await stage();
    api.fresh = researchLooks({ report: "safe\u001B[2J text" });
    expect(await main(at(api, "research", "--out", "report.md"), host)).toBe(0);
    expect(await readFile(join(folder, "report.md"), "utf8")).toBe("safe text\n");
    expect(host.stdout.text).toBe("");
    expect(host.stderr.lines.at(-1)).toBe("report written to report.md");
  });

  it("refuses a file it could not write before anything is started", async () => {
    const { api, host } = await stage();
    expect(await main(at(api, "research", "--out", "missing/report.md"), host)).toBe(1);
    expect(host.stderr.lines.at(-1)).toMatch(/^error: --out: .*no such file or directory/);
    expect(api.requests).toEqual([]);
  });

  it("returns at once when detached, and says how to see the run", async () => {
    const { api, host } = await stage();
    api.fresh = researchLooks();
    expect(await main(at(api, "research", "--id", "demo", "--detach"), host)).toBe(0);
    expect(host.stdout.text).toBe("demo\n");
    expect(host.stderr.text).toContain(`npx savepoint runs watch demo --endpoint ${api.url}`);
    expect(api.requests.filter(({ url }) => url.endsWith("/history"))).toEqual([]);
  });

  it("ends with 1 and the whole chain of causes when the run fails", async () => {
    const { api, host } = await stage();
    const error = {
      name: "RetriesExhaustedError",
      message: "gave up after 3 attempts",
      cause: { name: "Error", message: "HTTP 503" },
    };
    const run = runOf({ id: "?", status: "failed", error, failedOperation: "search" });
    api.fresh = [{ run, operations: [] }];
    expect(await main(at(api, "research", "--id", "demo", "--json"), host)).toBe(1);
    expect(host.stderr.lines.slice(-3)).toEqual([
      "error: run demo failed in search",
      "  RetriesExhaustedError: gave up after 3 attempts",
      "  caused by Error: HTTP 503",
    ]);
    expect(JSON.parse(host.stdout.text)).toEqual({ id: "demo", status: "failed", error });
  });

  it("does not wait for a run that only other code can bring on", async () => {
    const { api, host } = await stage();
    const error = { name: "NonDeterminismError", message: 'expected "plan"' };
    api.fresh = [{ run: runOf({ id: "?", status: "blocked", error }), operations: [] }];
    expect(await main(at(api, "research", "--id", "demo"), host)).toBe(1);
    expect(host.stderr.text).toContain("error: run demo is blocked");
    expect(host.stderr.lines.at(-1)?.trim()).toBe('NonDeterminismError: expected "plan"');
  });

  it("leaves the run going on Ctrl-C, says how to get back to it, and ends with 130", async () => {
    const { api, host } = await stage();
    api.fresh = researchLooks().slice(0, 2);
    host.env["npm_lifecycle_event"] = "start";
    host.env["npm_package_name"] = "savepoint";
    api.intercept = ({ url }) => {
      if (url.endsWith("/history")) host.interrupt();
      return undefined;
    };
    expect(await main(at(api, "research", "--id", "demo"), host)).toBe(130);
    expect(host.stderr.text).toContain("run demo goes on without this command");
    expect(host.stderr.text).toContain(
      `npm run savepoint -- runs watch demo --endpoint ${api.url}`,
    );
    expect(host.stderr.text).not.toContain("error");
  });
});
