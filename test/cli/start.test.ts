import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { main } from "../../cli/main.ts";
import { BEGAN, failure, runOf } from "./fake-api.ts";
import { stage } from "./fixture.ts";

const ended = runOf({ id: "demo", status: "succeeded", finishedAt: BEGAN + 900 });

describe("savepoint start", () => {
  it("starts a run of any workflow and prints its id", async () => {
    const { api, host } = await stage();
    api.fresh = [{ run: ended, operations: [] }];
    const words = ["start", "digest", "--input", '{"n":1}', "--endpoint", api.url];
    expect(await main([...words, "--id", "a"], host)).toBe(0);
    expect(await main([...words, "--json"], host)).toBe(0);
    expect(api.requests).toMatchObject([
      { url: "/runs/digest", body: { id: "a", input: { n: 1 } } },
      { url: "/runs/digest", body: { id: expect.stringMatching(/^[0-9A-Z]{26}$/) as string } },
    ]);
    expect(host.stdout.lines[0]).toBe("a");
    expect(host.stderr.text).toContain("npx savepoint runs watch a --endpoint");
  });

  it("passes timeout and attributes on", async () => {
    const { api, host } = await stage();
    api.fresh = [{ run: ended, operations: [] }];
    const options = ["--timeout", "90s", "--attribute", "tenant=acme", "--attribute", "tier=1"];
    expect(await main(["start", "digest", ...options, "--endpoint", api.url], host)).toBe(0);
    expect(api.requests).toMatchObject([
      { body: { timeout: "90s", attributes: { tenant: "acme", tier: "1" } } },
    ]);
  });

  it("takes input from a file or from standard input, for what no command line can hold", async () => {
    const { api, host, folder } = await stage();
    await writeFile(join(folder, "input.json"), "[1]");
    host.stdinText = "[2]";
    await main(["start", "digest", "--input", "@input.json", "--endpoint", api.url], host);
    await main(["start", "digest", "--input", "-", "--endpoint", api.url], host);
    expect(api.requests.map(({ body }) => (body as { input: unknown }).input)).toEqual([[1], [2]]);
    expect(await main(["start", "digest", "--input", "@none", "--endpoint", api.url], host)).toBe(
      1,
    );
  });

  it("says that no input was given where one is wanted", async () => {
    const { api, host } = await stage();
    const message = 'input of workflow "digest" is not valid: expected object, received undefined';
    api.intercept = () => failure(422, "validation", message);
    expect(await main(["start", "digest", "--endpoint", api.url], host)).toBe(1);
    expect(host.stderr.lines).toEqual([
      `error: ${message}`,
      "  no input was given; give one by --input",
    ]);
    await main(["start", "digest", "--input", "1", "--endpoint", api.url], host);
    expect(host.stderr.lines.slice(2)).toEqual([`error: ${message}`]);
  });

  it("shows the API's refusals", async () => {
    const { api, host } = await stage();
    api.intercept = () =>
      failure(404, "workflow_not_found", 'there is no workflow "x"; this deployment has research');
    expect(await main(["start", "x", "--endpoint", api.url], host)).toBe(1);
    expect(host.stderr.text).toBe(
      'error: there is no workflow "x"; this deployment has research\n',
    );
  });
});
