import { describe, expect, it } from "vitest";
import { main } from "../../cli/main.ts";
import { BEGAN, type FakeApi, runOf, type Snapshot, stepOf } from "./fake-api.ts";
import type { FakeHost } from "./fake-host.ts";
import { stage } from "./fixture.ts";
import { posts, REPORT } from "./research-looks.ts";

const planned = stepOf({ key: "plan", kind: "run", childId: "demo~1~plan" });
const waitOf = (key: string, state: "waiting" | "succeeded" | "failed") =>
  stepOf({ key, kind: "wait", state, wakeAt: BEGAN + 3_600_000 });
const asking: Snapshot = {
  run: runOf({ id: "?", status: "waiting" }),
  operations: [planned, waitOf("approval", "waiting")],
};
const ended: Snapshot = {
  run: runOf({ id: "?", status: "succeeded", finishedAt: BEGAN + 900, output: { report: REPORT } }),
  operations: [planned, waitOf("approval", "succeeded")],
};

/** A run whose plan waits until its answer is sent. */
async function waitingRun(isInteractive: boolean): Promise<{ api: FakeApi; host: FakeHost }> {
  const { api, host } = await stage();
  host.isInteractive = isInteractive;
  const output = { plan: { questions: ["Why?"], queries: ["queues", "evil\u001B[2J"] } };
  const plan = runOf({ id: "demo~1~plan", workflow: "plan-research", status: "succeeded", output });
  api.runs.set("demo~1~plan", [{ run: plan, operations: [] }]);
  api.fresh = [asking];
  api.intercept = ({ url }) => {
    if (!url.endsWith("/events/approval")) return undefined;
    api.runs.get("demo")?.push({ ...ended, run: { ...ended.run, id: "demo" } });
    return { status: 200, body: { id: "demo" } };
  };
  return { api, host };
}

const research = (api: FakeApi, host: FakeHost, ...words: string[]): Promise<number> =>
  main(["research", "--id", "demo", "--endpoint", api.url, "--approve", ...words], host);
const sent = (api: FakeApi): unknown[] =>
  posts(api).flatMap((post) => {
    const { url, body } = post as { url: string; body: unknown };
    return url === "/runs/demo/events/approval" ? [body] : [];
  });

describe("savepoint research --approve", () => {
  it("has the plan wait for a week, or as long as it is told", async () => {
    const { api, host } = await waitingRun(true);
    host.answer = () => "y";
    await research(api, host);
    api.runs.delete("demo");
    await research(api, host, "--approve-within", "2h");
    expect(posts(api)).toMatchObject([
      { url: "/runs/research", body: { input: { approvalTimeoutMs: 7 * 86_400_000 } } },
      {},
      { url: "/runs/research", body: { input: { approvalTimeoutMs: 7_200_000 } } },
      {},
    ]);
    expect(host.stderr.lines[0]).toContain("its plan is to be approved within 7 d");
  });

  it("shows the plan to whoever sits there, and sends their yes", async () => {
    const { api, host } = await waitingRun(true);
    const typed = ["perhaps", "", " Yes "];
    host.answer = () => typed.shift();
    expect(await research(api, host)).toBe(0);
    expect(host.questions).toHaveLength(3);
    expect(host.stderr.lines).toEqual(expect.arrayContaining(["  1. Why?", "  1. queues"]));
    expect(host.stderr.text).not.toContain("\u001B");
    expect(sent(api)).toEqual([{ approved: true }]);
    expect(
      api.requests.find(({ url }) => url.endsWith("/events/approval"))?.idempotencyKey,
    ).toMatch(/^\w{26}$/);
    expect(host.stdout.text).toBe(`${REPORT}\n`);
  });

  it("sends a no", async () => {
    const { api, host } = await waitingRun(true);
    host.answer = () => "n";
    await research(api, host);
    expect(sent(api)).toEqual([{ approved: false }]);
  });

  it("says once how to answer where nobody can be asked, and waits", async () => {
    const { api, host } = await waitingRun(false);
    api.fresh = [asking, asking, asking, ended];
    expect(await research(api, host)).toBe(0);
    expect(host.questions).toEqual([]);
    const value = `'{"approved":true}'`;
    const line = `npx savepoint send demo approval --value ${value} --endpoint ${api.url}`;
    expect(host.stderr.text.split(line)).toHaveLength(2);
    expect(sent(api)).toEqual([]);
  });

  it("asks no longer once somebody else has answered", async () => {
    const { api, host } = await waitingRun(true);
    api.fresh = [asking, asking, ended];
    expect(await research(api, host)).toBe(0);
    expect(host.questions).toHaveLength(1);
    expect(host.stderr.text).toContain("answered elsewhere");
    expect(sent(api)).toEqual([]);
  });

  it("asks again when the run waits again, having understood nothing", async () => {
    const { api, host } = await waitingRun(true);
    const again = [planned, waitOf("approval", "failed"), waitOf("approval#2", "waiting")];
    api.fresh = [asking, { ...asking, operations: again }, ended];
    await research(api, host);
    expect(host.questions).toHaveLength(2);
  });

  it("leaves the run waiting on Ctrl-C, and says how to cancel it", async () => {
    const { api, host } = await waitingRun(true);
    host.answer = () => {
      host.interrupt();
      return undefined;
    };
    expect(await research(api, host)).toBe(130);
    expect(host.stderr.text).toContain(`npx savepoint runs cancel demo --endpoint ${api.url}`);
    expect(sent(api)).toEqual([]);
  });
});
