import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { main } from "../../cli/main.ts";
import { failure, runOf } from "./fake-api.ts";
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
