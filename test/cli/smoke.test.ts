import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { main } from "../../cli/main.ts";
import { failure, runOf } from "./fake-api.ts";
import { stage } from "./fixture.ts";

/** An environment in which nothing tells AWS's keys, until the test is over. */
function withoutKeys(folder: string): void {
  for (const name of Object.keys(process.env)) {
    if (name.startsWith("AWS_")) vi.stubEnv(name, undefined);
  }
  vi.stubEnv("AWS_REGION", "eu-west-1");
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
  vi.stubEnv("AWS_CONFIG_FILE", join(folder, "none"));
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", join(folder, "none"));
  onTestFinished(() => void vi.unstubAllEnvs());
}

const queued = (status: number, id = "smoke-1") => ({ status, body: { id, status: "queued" } });

describe("savepoint smoke", () => {
  it("says which part of a deployment does not work", async () => {
    const { api, host } = await stage();
    let starts = 0;
    api.intercept = ({ url }) => {
      if (url === "/runs/savepoint-smoke") return queued((starts += 1) === 1 ? 202 : 200);
      if (url.includes("/events/")) return { status: 202, body: { id: "smoke-1" } };
      return { status: 200, body: runOf({ id: "smoke-1", status: "failed" }) };
    };
    expect(await main(["smoke", "--endpoint", api.url], host)).toBe(1);
    expect(host.stdout.lines.map((line) => line.replace(/ +\d+ ms$/, ""))).toEqual([
      "ok      start",
      "ok      start again",
      "ok      event",
      "failed  wait",
    ]);
    expect(host.stderr.text).toContain(
      "the deployment does not work: the run is failed after 120 s",
    );
  });

  it.each([
    ["ends and deletes", 200, ""],
    ["tells of", 500, "may be left: the table is down"],
  ])("%s the run of a trial that fails, and says what failed first", async (_, status, told) => {
    const { api, host } = await stage();
    const cleaning: string[] = [];
    let id = "";
    api.intercept = ({ method, url, body }) => {
      if (url === "/runs/savepoint-smoke") {
        ({ id } = body as { id: string });
        return queued(202, id);
      }
      if (method === "GET") return { status: 200, body: runOf({ id, status: "running" }) };
      cleaning.push(`${method} ${url.replace(id, "<id>")}`);
      if (status === 500) return failure(500, "internal", "the table is down");
      return queued(200, id);
    };
    expect(await main(["smoke", "--endpoint", api.url], host)).toBe(1);
    expect(cleaning[0]).toBe("POST /runs/<id>/terminate");
    expect(cleaning.includes("DELETE /runs/<id>")).toBe(status === 200);
    expect(host.stderr.text).toContain("the same id has started a second run");
    expect(host.stderr.text).toContain(told);
    expect(host.stderr.text.includes("may be left")).toBe(status === 500);
  });

  it("looks for the run of a start that nobody has answered for", async () => {
    const { api, host } = await stage();
    api.intercept = ({ method }) =>
      method === "POST" ? failure(500, "internal", "the table is down") : undefined;
    expect(await main(["smoke", "--endpoint", api.url], host)).toBe(1);
    const looks = api.requests.filter(({ method }) => method === "GET").map(({ url }) => url);
    expect(looks).toEqual([expect.stringMatching(/^\/runs\/smoke-/)]);
    expect(host.stderr.text).not.toContain("may be left");
  });

  it("finds an API that starts a run twice", async () => {
    const { api, host } = await stage();
    api.intercept = () => queued(202);
    expect(await main(["smoke", "--endpoint", api.url], host)).toBe(1);
    expect(host.stderr.text).toContain("the same id has started a second run");
  });

  it("tells what the API answers to a caller it does not know", async () => {
    const { api, host } = await stage();
    api.intercept = () => failure(403, "forbidden", "who are you");
    expect(await main(["smoke", "--endpoint", api.url], host)).toBe(1);
    expect(host.stdout.lines).toEqual(["failed  start"]);
    expect(host.stderr.text).toContain("who are you");
    expect(api.requests.map(({ method }) => method)).toEqual(["POST"]);
  });
});

describe("a command with --iam", () => {
  it("signs its requests with the keys of the environment", async () => {
    const { api, host } = await stage();
    process.env["AWS_ACCESS_KEY_ID"] = "MINE";
    process.env["AWS_SECRET_ACCESS_KEY"] = "secret";
    process.env["AWS_REGION"] = "us-west-2";
    try {
      api.intercept = () => ({ status: 200, body: { runs: [] } });
      expect(await main(["runs", "list", "--iam", "--endpoint", api.url], host)).toBe(0);
    } finally {
      delete process.env["AWS_ACCESS_KEY_ID"];
      delete process.env["AWS_SECRET_ACCESS_KEY"];
      delete process.env["AWS_REGION"];
    }
    expect(api.requests.at(-1)?.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=MINE\/\d{8}\/us-west-2\/execute-api\/aws4_request/,
    );
  });

  it.each([
    [
      [],
      "https://abc.execute-api.eu-west-1.amazonaws.com",
      /is a host of API Gateway and SAVEPOINT_TOKEN is not set, so .* as by --iam/,
    ],
    [["--iam"], "https://api.example.org", /requests to api\.example\.org are signed by --iam/],
  ])(
    "says in a line what opens the API when there are no keys: %j %s",
    async (words, endpoint, why) => {
      const { host, folder } = await stage();
      withoutKeys(folder);
      expect(await main(["runs", "list", ...words, "--endpoint", endpoint], host)).toBe(1);
      expect(host.stderr.lines).toEqual([
        expect.stringMatching(/^error: .*no AWS credentials.*AWS_PROFILE.*SAVEPOINT_TOKEN/),
      ]);
      expect(host.stderr.text).toMatch(why);
    },
  );

  it("is refused beside a token", async () => {
    const { api, host } = await stage();
    host.env["SAVEPOINT_TOKEN"] = "t";
    expect(await main(["runs", "list", "--iam", "--endpoint", api.url], host)).toBe(2);
    expect(host.stderr.text).toContain("both --iam and SAVEPOINT_TOKEN are given");
    expect(api.requests).toEqual([]);
  });
});

describe("an endpoint of http on another machine", () => {
  const gateway = "http://abc.execute-api.eu-west-1.amazonaws.com/v1";
  it.each([
    ["the token of SAVEPOINT_TOKEN", "secret", [], "http://api.example.org"],
    ["the token of SAVEPOINT_TOKEN", "secret", [], gateway],
    ["a signed request", undefined, ["--iam"], "http://api.example.org"],
    ["a signed request", undefined, [], gateway],
  ])("is not given %s (%s, %j, %s)", async (what, token, words, endpoint) => {
    const { host } = await stage();
    if (token !== undefined) host.env["SAVEPOINT_TOKEN"] = token;
    expect(await main(["runs", "list", ...words, "--endpoint", endpoint], host)).toBe(2);
    expect(host.stderr.lines[0]).toBe(
      `error: --endpoint is "${endpoint}", and ${what} could be read on its way there; give the https URL of the API (http is for this machine only)`,
    );
  });

  it("is asked where nothing opens it", async () => {
    const { host } = await stage();
    // A name that never resolves (RFC 6761, 6.4): no answer, rather than a refusal.
    const endpoint = "http://api.invalid";
    expect(await main(["runs", "list", "--endpoint", endpoint], host)).toBe(1);
    expect(host.stderr.text).toContain("the API at http://api.invalid does not answer");
  });
});
