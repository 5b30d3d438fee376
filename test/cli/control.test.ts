import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { main } from "../../cli/main.ts";
import { failure } from "./fake-api.ts";
import { type Stage, stage } from "./fixture.ts";

/** A stage whose API answers every request with a run of that status. */
async function answering(status = "waiting"): Promise<Stage> {
  const staged = await stage();
  staged.api.intercept = () => ({ status: 200, body: { id: "demo", status } });
  return staged;
}

describe("savepoint runs cancel, terminate, pause and resume", () => {
  it.each(["cancel", "terminate", "pause", "resume"])(
    "%s asks for it and prints how the run stands then",
    async (action) => {
      const { api, host } = await answering();
      expect(await main(["runs", action, "demo", "--endpoint", api.url], host)).toBe(0);
      expect(api.requests).toMatchObject([
        { method: "POST", url: `/runs/demo/${action}`, body: {} },
      ]);
      expect(host.stdout.text).toBe("waiting\n");
    },
  );

  it.each(["cancel", "terminate"])("%s tells the reason, and answers as JSON", async (action) => {
    const { api, host } = await answering("cancelled");
    const options = ["--reason", "not needed", "--json", "--endpoint", api.url];
    expect(await main(["runs", action, "p~1~c@2", ...options], host)).toBe(0);
    expect(api.requests).toMatchObject([
      { url: `/runs/p~1~c%402/${action}`, body: { reason: "not needed" } },
    ]);
    expect(JSON.parse(host.stdout.text)).toEqual({ id: "demo", status: "cancelled" });
  });
});

describe("savepoint runs fork", () => {
  it("prints the id of the new run, which it draws itself", async () => {
    const { api, host } = await answering("queued");
    expect(await main(["runs", "fork", "p", "--endpoint", api.url], host)).toBe(0);
    expect(api.requests).toMatchObject([
      {
        url: "/runs/p/fork",
        body: { id: expect.stringMatching(/^[0-9A-Z]{26}$/) as string },
      },
    ]);
    expect(host.stdout.text).toBe("demo\n");
  });

  it("tells where to begin, another input and the id", async () => {
    const { api, host } = await answering("queued");
    const options = ["--from", "a/2/b", "--input", "null", "--id", "f", "--json"];
    options.push("--timeout", "2h");
    expect(await main(["runs", "fork", "p", ...options, "--endpoint", api.url], host)).toBe(0);
    expect(api.requests.map(({ body }) => body)).toEqual([
      { from: "a/2/b", input: null, id: "f", timeout: "2h" },
    ]);
    expect(JSON.parse(host.stdout.text)).toEqual({ id: "demo", status: "queued" });
  });
});

describe("savepoint runs delete", () => {
  it("deletes the run and says so", async () => {
    const { api, host } = await answering();
    expect(await main(["runs", "delete", "demo", "--endpoint", api.url], host)).toBe(0);
    expect(api.requests).toMatchObject([{ method: "DELETE", url: "/runs/demo" }]);
    expect([host.stdout.text, host.stderr.text]).toEqual(["", "deleted: run demo\n"]);
  });

  it("takes the children along when told so", async () => {
    const { api, host } = await answering();
    const words = ["runs", "delete", "demo", "--children", "--endpoint", api.url];
    expect(await main(words, host)).toBe(0);
    expect(api.requests).toMatchObject([{ method: "DELETE", url: "/runs/demo?children=true" }]);
  });
});

describe("savepoint send", () => {
  it("sends the value under a fresh key, or the one given", async () => {
    const { api, host } = await answering();
    const words = ["send", "demo", "is approved", "--value", '{"by":"ada"}', "--endpoint", api.url];
    expect(await main(words, host)).toBe(0);
    expect(await main([...words, "--key", "k-1"], host)).toBe(0);
    const url = "/runs/demo/events/is%20approved";
    expect(api.requests).toMatchObject([
      {
        method: "POST",
        url,
        body: { by: "ada" },
        idempotencyKey: expect.stringMatching(/^[0-9A-Z]{26}$/) as string,
      },
      { url, idempotencyKey: "k-1" },
    ]);
    expect(host.stderr.lines[0]).toBe('sent: run demo has the event "is approved"');
  });

  it("takes the value from a file or from standard input", async () => {
    const { api, host, folder } = await answering();
    await writeFile(join(folder, "value.json"), "[1]");
    host.stdinText = "null";
    await main(["send", "demo", "e", "--value", "@value.json", "--endpoint", api.url], host);
    await main(["send", "demo", "e", "--value", "-", "--endpoint", api.url], host);
    expect(api.requests.map(({ body }) => body)).toEqual([[1], null]);
  });

  it("asks for nothing else when a name would lead there", async () => {
    const { api, host } = await answering();
    const rest = ["--value", "1", "--endpoint", api.url];
    expect(await main(["send", "demo", "..", ...rest], host)).toBe(1);
    expect(await main(["send", "..", "e", ...rest], host)).toBe(1);
    expect(await main(["runs", "delete", "..", "--endpoint", api.url], host)).toBe(1);
    expect(api.requests).toEqual([]);
  });
});

describe("savepoint complete", () => {
  const token = `WyJkZW1vIl0.${"s-_1".repeat(10)}abc`;
  const stageWith = async (body: unknown) => {
    const staged = await stage();
    staged.api.intercept = () => ({ status: 202, body });
    return staged;
  };

  it("completes the token under a key of its own", async () => {
    const { api, host } = await stageWith({ completed: true });
    const words = ["complete", token, "--value", '{"ok":true}', "--endpoint", api.url];
    expect(await main(words, host)).toBe(0);
    expect(api.requests).toMatchObject([
      {
        method: "POST",
        url: `/tokens/${token}`,
        body: { ok: true },
        idempotencyKey: expect.stringMatching(/^[0-9A-Z]{26}$/) as string,
      },
    ]);
    expect([host.stdout.text, host.stderr.text]).toEqual([
      "",
      "completed: the run has the value\n",
    ]);
  });

  it.each(["..", "a/b.c", "no-token", ""])("asks for nothing when given %j", async (word) => {
    const { api, host } = await stageWith({ completed: true });
    expect(await main(["complete", word, "--value", "1", "--endpoint", api.url], host)).toBe(1);
    expect(api.requests).toEqual([]);
  });

  it("does not show the token when the answer makes no sense", async () => {
    const { api, host } = await stageWith({ done: "yes" });
    expect(await main(["complete", token, "--value", "1", "--endpoint", api.url], host)).toBe(1);
    expect(host.stderr.text).toContain("POST /tokens/{token} answered 202");
    expect(host.stderr.text).not.toContain(token);
  });
});

it.each([
  [["runs", "resume", "demo"]],
  [["runs", "delete", "demo"]],
  [["send", "demo", "e", "--value", "1"]],
  [["complete", "a.b", "--value", "1"]],
])("%j shows the API's refusal", async (words) => {
  const { api, host } = await stage();
  api.intercept = () => failure(409, "run_conflict", 'run "demo" is succeeded');
  expect(await main([...words, "--endpoint", api.url], host)).toBe(1);
  expect(host.stderr.text).toBe('error: run "demo" is succeeded\n');
});
