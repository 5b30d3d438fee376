import { describe, expect, it } from "vitest";
import { main } from "../../cli/main.ts";
import { failure, runOf } from "./fake-api.ts";
import { type Stage, stage } from "./fixture.ts";

describe("savepoint runs cancel and resume of many runs", () => {
  const choice = ["--workflow", "w", "--status", "failed"];
  /** An API with three runs on two pages, of which the second refuses. */
  async function withRuns(): Promise<Stage> {
    const staged = await stage();
    staged.api.intercept = ({ method, url }) => {
      if (method === "POST") {
        return url.includes("two")
          ? failure(409, "run_conflict", 'run "two" is being cancelled')
          : { status: 200, body: { id: url.split("/")[2], status: "queued" } };
      }
      const of = (id: string) => runOf({ id, status: "failed" });
      return url.includes("cursor")
        ? { status: 200, body: { runs: [of("three")] } }
        : { status: 200, body: { runs: [of("one"), of("two")], next: "c" } };
    };
    return staged;
  }

  it("acts on each that was chosen, tells who refuses, and counts", async () => {
    const { api, host } = await withRuns();
    const times = ["--since", "2026-01-01T00:00Z", "--until", "2h"];
    expect(await main(["runs", "resume", ...choice, ...times, "--endpoint", api.url], host)).toBe(
      1,
    );
    const until = host.clock.now() - 7_200_000;
    const query = `workflow=w&status=failed&since=${Date.UTC(2026, 0, 1)}&until=${until}&limit=200`;
    expect(api.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `GET /runs?${query}`,
      `GET /runs?${query}&cursor=c`,
      "POST /runs/one/resume",
      "POST /runs/two/resume",
      "POST /runs/three/resume",
    ]);
    expect(host.stdout.text).toBe("one queued\nthree queued\n");
    expect(host.stderr.text).toBe(
      'refused: run "two" is being cancelled\nresume: asked of 3 runs, refused by 1\n',
    );
  });

  it("only shows them when told so", async () => {
    const { api, host } = await withRuns();
    expect(
      await main(["runs", "cancel", ...choice, "--dry-run", "--endpoint", api.url], host),
    ).toBe(0);
    expect(api.requests.filter(({ method }) => method === "POST")).toEqual([]);
    expect(host.stdout.text).toBe("one failed\ntwo failed\nthree failed\n");
    expect(host.stderr.text).toBe("3 runs to cancel; nothing is changed\n");
  });

  it.each([
    [["resume"], /give the id of a run, or/],
    [["resume", "one", ...choice], /not both/],
    [["cancel", "one", "--dry-run"], /not both/],
    [["cancel", "--since", "yesterday", ...choice], /a date and time, or a duration/],
    [["cancel", "one", "--until", "2h"], /not both/],
    [["cancel", "--status", "done"], /Give one of queued, running, /],
  ])("%j does nothing but say what is missing", async (words, message) => {
    const { api, host } = await withRuns();
    expect(await main(["runs", ...words, "--endpoint", api.url], host)).toBe(2);
    expect(host.stderr.text).toMatch(message);
    expect(api.requests).toEqual([]);
  });
});

describe("savepoint runs fork of many runs", () => {
  const choice = ["--workflow", "w", "--status", "failed"];
  /** An API with two failed runs, of which the second has nothing recorded under the key asked for. */
  async function withRuns(): Promise<Stage> {
    const staged = await stage();
    staged.api.intercept = ({ method, url, body }) => {
      if (method !== "POST") {
        const runs = ["one", "two"].map((id) => runOf({ id, status: "failed" }));
        return { status: 200, body: { runs } };
      }
      if (url.includes("two")) {
        return failure(422, "invalid_argument", 'run "two" has recorded no operation "draft"');
      }
      return { status: 202, body: { id: (body as { id: string }).id, status: "queued" } };
    };
    return staged;
  }

  it("forks each from there under an id of its own, tells who refuses, and counts", async () => {
    const { api, host } = await withRuns();
    const from = ["--from", "draft"];
    expect(await main(["runs", "fork", ...choice, ...from, "--endpoint", api.url], host)).toBe(1);
    const id = expect.stringMatching(/^[0-9A-Z]{26}$/) as string;
    expect(api.requests).toMatchObject([
      { method: "GET", url: "/runs?workflow=w&status=failed&limit=200" },
      { method: "POST", url: "/runs/one/fork", body: { id, from: "draft" } },
      { method: "POST", url: "/runs/two/fork", body: { id, from: "draft" } },
    ]);
    const [, one, two] = api.requests.map(({ body }) => (body as { id?: string } | undefined)?.id);
    expect(one).not.toBe(two);
    expect(host.stdout.text).toBe(`one ${one}\n`);
    expect(host.stderr.text).toBe(
      'refused: run "two" has recorded no operation "draft"\nfork: asked of 2 runs, refused by 1\n',
    );
  });

  it("tells as JSON which fork is whose", async () => {
    const { api, host } = await withRuns();
    await main(["runs", "fork", ...choice, "--json", "--endpoint", api.url], host);
    const fork = expect.stringMatching(/^[0-9A-Z]{26}$/) as string;
    const error = 'run "two" has recorded no operation "draft"';
    expect(JSON.parse(host.stdout.text)).toEqual({
      runs: [
        { id: "one", status: "queued", fork },
        { id: "two", error },
      ],
    });
  });

  it("only shows them when told so", async () => {
    const { api, host } = await withRuns();
    expect(await main(["runs", "fork", ...choice, "--dry-run", "--endpoint", api.url], host)).toBe(
      0,
    );
    expect(api.requests.filter(({ method }) => method === "POST")).toEqual([]);
    expect(host.stdout.text).toBe("one failed\ntwo failed\n");
    expect(host.stderr.text).toBe("2 runs to fork; nothing is changed\n");
  });

  it.each([
    [[], /give the id of a run, or/],
    [["one", ...choice], /not both/],
    [[...choice, "--id", "f"], /--id and --input are for the fork of one run/],
    [[...choice, "--input", "1"], /--id and --input are for the fork of one run/],
  ])("%j does nothing but say what is wrong", async (words, message) => {
    const { api, host } = await withRuns();
    expect(await main(["runs", "fork", ...words, "--endpoint", api.url], host)).toBe(2);
    expect(host.stderr.text).toMatch(message);
    expect(api.requests).toEqual([]);
  });
});

describe("savepoint runs delete of many runs", () => {
  it("deletes each that was chosen, tells who refuses, and counts", async () => {
    const { api, host } = await stage();
    api.intercept = ({ method, url }) => {
      if (method === "GET") {
        const runs = ["one", "two"].map((id) => runOf({ id, status: "failed" }));
        return { status: 200, body: { runs } };
      }
      return url === "/runs/one"
        ? failure(409, "run_conflict", 'run "parent" waits for run "one"')
        : { status: 200, body: { id: "two" } };
    };
    const choice = ["--status", "failed", "--until", "2026-01-01T00:00Z"];
    expect(await main(["runs", "delete", ...choice, "--endpoint", api.url], host)).toBe(1);
    expect(api.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `GET /runs?status=failed&until=${Date.UTC(2026, 0, 1)}&limit=200`,
      "DELETE /runs/one",
      "DELETE /runs/two",
    ]);
    expect(host.stdout.text).toBe("two deleted\n");
    expect(host.stderr.text).toBe(
      'refused: run "parent" waits for run "one"\ndelete: asked of 2 runs, refused by 1\n',
    );
  });

  it("counts those as deleted that went with one before them", async () => {
    const { api, host } = await stage();
    api.intercept = ({ method, url }) => {
      const runs = ["one", "one~1~child"].map((id) => runOf({ id, status: "failed" }));
      if (method === "GET") return { status: 200, body: { runs } };
      return url.startsWith("/runs/one?")
        ? { status: 200, body: { id: "one" } }
        : failure(404, "run_not_found", 'there is no run "one~1~child"');
    };
    const words = ["--status", "failed", "--children", "--endpoint", api.url];
    expect(await main(["runs", "delete", ...words], host)).toBe(0);
    expect(host.stdout.text).toBe("one deleted\none~1~child deleted\n");
  });

  it("does nothing without a choice", async () => {
    const { api, host } = await stage();
    expect(await main(["runs", "delete", "--endpoint", api.url], host)).toBe(2);
    expect(host.stderr.text).toMatch(/give the id of a run, or/);
    expect(api.requests).toEqual([]);
  });
});
