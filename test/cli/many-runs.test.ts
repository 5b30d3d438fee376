import { describe, expect, it } from "vitest";
import { main } from "../../cli/main.ts";
import { type Stage, stage } from "./fixture.ts";

/** What an API answers for a page of many runs. */
const page = (
  runs: readonly object[],
  failures: readonly object[] = [],
  rest: object = {},
): { readonly status: 200; readonly body: object } => ({
  status: 200,
  body: { matched: runs.length + failures.length, done: runs.length, runs, failures, ...rest },
});
const conflict = (id: string, problem: string) => ({
  id,
  code: "run_conflict",
  message: `run "${id}" ${problem}`,
});
const choice = ["--workflow", "w", "--status", "failed"];
const CHOSEN = "workflow=w&status=failed&limit=200";

describe("savepoint runs cancel and resume of many runs", () => {
  /** An API with three runs on two pages, of which the second refuses. */
  async function withRuns(): Promise<Stage> {
    const staged = await stage();
    staged.api.intercept = ({ url }) => {
      const status = url.includes("dryRun") ? "failed" : "queued";
      const of = (id: string) => ({ id, status });
      if (url.includes("cursor")) return page([of("three")]);
      return url.includes("dryRun")
        ? page([of("one"), of("two")], [], { done: 0, next: "c" })
        : page([of("one")], [conflict("two", "is being cancelled")], { next: "c" });
    };
    return staged;
  }

  it("asks for all pages, prints each run, tells who refuses, and counts", async () => {
    const { api, host } = await withRuns();
    const times = ["--since", "2026-01-01T00:00Z", "--until", "2h"];
    expect(await main(["runs", "resume", ...choice, ...times, "--endpoint", api.url], host)).toBe(
      1,
    );
    const until = host.clock.now() - 7_200_000;
    const query = `workflow=w&status=failed&since=${Date.UTC(2026, 0, 1)}&until=${until}&limit=200`;
    expect(api.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `POST /bulk/resume?${query}`,
      `POST /bulk/resume?${query}&cursor=c`,
    ]);
    expect(host.stdout.text).toBe("one queued\nthree queued\n");
    expect(host.stderr.text).toBe(
      'refused: run "two" is being cancelled\nresume: asked of 3 runs, refused by 1\n',
    );
  });

  it.each(["list", "cancel", "resume", "fork", "delete"])(
    "%s can be told to choose by all that a list can be asked for",
    async (command) => {
      const { api, host } = await stage();
      api.intercept = () => page([]);
      const times = ["--since", "2026-01-01T00:00Z", "--until", "2h"];
      const rest = ["--attribute", "tenant=a", "--attribute", "tier=b", "--parent", "p"];
      const words = ["runs", command, ...choice, ...times, ...rest];
      expect(await main([...words, "--endpoint", api.url], host)).toBe(0);
      const url = new URL(api.requests[0]?.url ?? "", api.url);
      url.searchParams.delete("limit");
      expect([...url.searchParams]).toEqual([
        ["workflow", "w"],
        ["status", "failed"],
        ["since", String(Date.UTC(2026, 0, 1))],
        ["until", String(host.clock.now() - 7_200_000)],
        ["parent", "p"],
        ["attribute", "tenant:a"],
        ["attribute", "tier:b"],
      ]);
    },
  );

  it("only shows them when told so", async () => {
    const { api, host } = await withRuns();
    expect(
      await main(["runs", "cancel", ...choice, "--dry-run", "--endpoint", api.url], host),
    ).toBe(0);
    expect(api.requests).toHaveLength(2);
    expect(api.requests.every(({ url }) => url.includes("dryRun=true"))).toBe(true);
    expect(host.stdout.text).toBe("one failed\ntwo failed\nthree failed\n");
    expect(host.stderr.text).toBe("3 runs to cancel; nothing is changed\n");
  });

  it("gives the reason along", async () => {
    const { api, host } = await withRuns();
    await main(["runs", "cancel", ...choice, "--reason", "enough", "--endpoint", api.url], host);
    expect(api.requests[0]).toMatchObject({
      url: `/bulk/cancel?${CHOSEN}`,
      body: { reason: "enough" },
    });
  });

  it.each([
    [["resume"], /give the id of a run, or/],
    [["resume", "one", ...choice], /not both/],
    [["cancel", "one", "--dry-run"], /not both/],
    [["cancel", "--since", "yesterday", ...choice], /a date and time, or a duration/],
    [["cancel", "one", "--until", "2h"], /not both/],
    [["cancel", "one", "--attribute", "tenant=a"], /not both/],
    [["resume", "one", "--parent", "p"], /not both/],
    [["resume", "--attribute", "tenant=a"], /give the id of a run, or/],
    [["cancel", "--status", "done"], /Give one of queued, running, /],
  ])("%j does nothing but say what is missing", async (words, message) => {
    const { api, host } = await withRuns();
    expect(await main(["runs", ...words, "--endpoint", api.url], host)).toBe(2);
    expect(host.stderr.text).toMatch(message);
    expect(api.requests).toEqual([]);
  });
});

describe("savepoint runs fork of many runs", () => {
  const failure = {
    id: "two",
    code: "invalid_argument",
    message: 'run "two" has recorded no operation "draft"',
  };
  const fork = { id: "one", status: "queued", fork: "fork-1" };
  /** An API with two failed runs, of which the second has nothing recorded under the key asked for. */
  async function withRuns(): Promise<Stage> {
    const staged = await stage();
    staged.api.intercept = () => page([fork], [failure]);
    return staged;
  }

  it("prints each with its fork, tells who refuses, and counts", async () => {
    const { api, host } = await withRuns();
    const how = ["--from", "draft", "--timeout", "2h"];
    expect(await main(["runs", "fork", ...choice, ...how, "--endpoint", api.url], host)).toBe(1);
    expect(api.requests).toMatchObject([
      {
        method: "POST",
        url: `/bulk/fork?${CHOSEN}`,
        idempotencyKey: expect.stringMatching(/^[0-9A-Z]{26}$/) as string,
        body: { from: "draft", timeout: "2h" },
      },
    ]);
    expect(host.stdout.text).toBe("one fork-1\n");
    expect(host.stderr.text).toBe(
      'refused: run "two" has recorded no operation "draft"\nfork: asked of 2 runs, refused by 1\n',
    );
  });

  it("names them by the key that is given, so that they can be asked for again", async () => {
    const { api, host } = await withRuns();
    await main(["runs", "fork", ...choice, "--key", "k-1", "--endpoint", api.url], host);
    expect(api.requests[0]?.idempotencyKey).toBe("k-1");
  });

  it("tells as JSON which fork is whose", async () => {
    const { api, host } = await withRuns();
    await main(["runs", "fork", ...choice, "--json", "--endpoint", api.url], host);
    expect(JSON.parse(host.stdout.text)).toEqual({
      matched: 2,
      done: 1,
      runs: [fork],
      failures: [failure],
    });
  });

  it.each([
    [[], /give the id of a run, or/],
    [["one", ...choice], /not both/],
    [[...choice, "--id", "f"], /--id and --input are for the fork of one run/],
    [[...choice, "--input", "1"], /--id and --input are for the fork of one run/],
    [["one", "--key", "k"], /--key is for the forks of several runs/],
  ])("%j does nothing but say what is wrong", async (words, message) => {
    const { api, host } = await withRuns();
    expect(await main(["runs", "fork", ...words, "--endpoint", api.url], host)).toBe(2);
    expect(host.stderr.text).toMatch(message);
    expect(api.requests).toEqual([]);
  });
});

describe("savepoint runs delete of many runs", () => {
  it("tells which are gone and who refuses, and counts", async () => {
    const { api, host } = await stage();
    const refusal = {
      id: "one",
      code: "run_conflict",
      message: 'run "parent" waits for run "one"',
    };
    api.intercept = () => page([{ id: "two" }], [refusal]);
    const words = ["--status", "failed", "--until", "2026-01-01T00:00Z", "--children"];
    expect(await main(["runs", "delete", ...words, "--endpoint", api.url], host)).toBe(1);
    expect(api.requests).toMatchObject([
      {
        method: "POST",
        url: `/bulk/delete?status=failed&until=${Date.UTC(2026, 0, 1)}&limit=200`,
        body: { children: true },
      },
    ]);
    expect(host.stdout.text).toBe("two deleted\n");
    expect(host.stderr.text).toBe(
      'refused: run "parent" waits for run "one"\ndelete: asked of 2 runs, refused by 1\n',
    );
  });

  it("does nothing without a choice", async () => {
    const { api, host } = await stage();
    expect(await main(["runs", "delete", "--endpoint", api.url], host)).toBe(2);
    expect(host.stderr.text).toMatch(/give the id of a run, or/);
    expect(api.requests).toEqual([]);
  });
});
