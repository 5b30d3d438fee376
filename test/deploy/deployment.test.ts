import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { LambdaClient } from "@aws-sdk/client-lambda";
import {
  GetQueueAttributesCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { connect, type Savepoint } from "../../lambda/http/index.ts";
import { event } from "../../lambda/index.ts";
import { CommandLine } from "../e2e/command-line.ts";
import { inventoryOf } from "./inventory.ts";
import {
  callVersion,
  liveVersion,
  pruned,
  publishVersions,
  rollBack,
  versionsOf,
} from "./live-versions.ts";
import { putSecret } from "./put-secret.ts";
import { eventually, TriedDeployment } from "./tried-deployment.ts";
import { workerPids } from "./worker-processes.ts";

const TOKEN = randomBytes(32).toString("base64url");
const MINUTE_MS = 60_000;

let tried: TriedDeployment;
let savepoint: Savepoint;
let cli: CommandLine;
let api: string;

beforeAll(async () => {
  tried = await TriedDeployment.of("tokens");
  api = tried.output("ApiUrl");
  const tokens = { tests: createHash("sha256").update(TOKEN).digest("hex") };
  await putSecret(tried.connection, tried.output("TokensSecret"), JSON.stringify({ tokens }));
  savepoint = connect({ endpoint: api, token: TOKEN });
  cli = new CommandLine({ SAVEPOINT_TOKEN: TOKEN });
});
afterAll(async () => {
  await cli.close();
  await tried.close();
});

const sqs = () => new SQSClient(tried.connection);
const lambda = () => new LambdaClient(tried.connection);

/** Makes a request as anybody can, with these headers. */
async function request(path: string, init: RequestInit = {}) {
  const response = await fetch(api + path, init);
  const body = z
    .looseObject({ error: z.object({ code: z.string() }).optional() })
    .parse(await response.json());
  return { status: response.status, code: body.error?.code };
}

const bearing = (token: string, more: Readonly<Record<string, string>> = {}) => ({
  headers: { authorization: `Bearer ${token}`, ...more },
});
const json = (body: string, token = TOKEN) => ({
  method: "POST",
  body,
  ...bearing(token, { "content-type": "application/json" }),
});

describe("who and what is refused", () => {
  it("is told so and changes nothing", async () => {
    expect(await request("/runs")).toEqual({ status: 401, code: "unauthorized" });
    expect(await request("/runs", { headers: { authorization: "Basic eDp5" } })).toMatchObject({
      status: 401,
    });
    const start = "/runs/patient";
    const body = JSON.stringify({ id: "intruder" });
    expect(await request(start, { method: "POST", body })).toMatchObject({ status: 401 });
    expect(await request(start, json(body, `${TOKEN}x`))).toEqual({
      status: 403,
      code: "forbidden",
    });
    expect(await request(start, json("{"))).toMatchObject({ status: 400 });
    expect(await request(start, json('{"odd": 1}'))).toMatchObject({ status: 422 });
    const large = JSON.stringify({ id: "large", input: "x".repeat(4_200_000) });
    expect(await request(start, json(large))).toMatchObject({ status: 413 });
    expect(await request("/runs/nothing", json("{}"))).toMatchObject({ status: 404 });
    for (const [path, init] of [
      ["/runs/nobody", bearing(TOKEN)],
      ["/runs/nobody/cancel", json("{}")],
      ["/runs/nobody/events/go", json("true")],
    ] as const) {
      expect(await request(path, init), path).toEqual({ status: 404, code: "run_not_found" });
    }
    const { runs } = await savepoint.list();
    expect(runs.filter(({ id }) => !id.startsWith("minutely@"))).toEqual([]);
  });
});

describe("a deployed stack", () => {
  it("passes its smoke test: start, start again, event, wait, cancel", async () => {
    const { out, err, code } = await cli.savepoint("smoke", "--endpoint", api).ended;
    expect(out, err).toMatch(/ok {6}start again .*\n.*event.*\n.*wait.*\n.*cancel/);
    expect(code).toBe(0);
  });

  it("researches with a model whose key is in a secret, to a report", async () => {
    const model = { kind: "openai", api: "responses", small: "small", large: "large" };
    const input = { topic: "durable execution", maxIterations: 1, model, corpus: "sample" };
    const run = await savepoint.start("research", input, { id: "research-1" });
    const again = await savepoint.start("research", input, { id: "research-1" });
    expect(again.id).toBe(run.id);
    const output = (await run.result({ timeout: "3m" })) as { readonly report: string };
    expect(output.report).toContain("What was found");
    expect(new Set(tried.model.requests.map(({ authorization }) => authorization))).toEqual(
      new Set(["Bearer key-from-the-secret"]),
    );
  });

  it("answers a long poll as soon as the run has finished", async () => {
    const run = await savepoint.start("patient", undefined, { id: "polled" });
    const waiting = fetch(`${api}/runs/polled?wait=20`, bearing(TOKEN));
    await run.send(event("go"), true);
    const sentAt = performance.now();
    const answer = (await (await waiting).json()) as { readonly status: string };
    expect(answer.status).toBe("succeeded");
    expect(performance.now() - sentAt, "it waited to its end").toBeLessThan(10_000);
  });

  it("goes on elsewhere when a worker is killed in the middle", async () => {
    const run = await savepoint.start("steady", undefined, { id: "killed" });
    await eventually("second part", MINUTE_MS, async () =>
      (await run.history()).filter(({ state }) => state === "succeeded").length >= 2
        ? true
        : undefined,
    );
    const workers = workerPids(tried.output("TableName"));
    expect(workers.length).toBeGreaterThan(0);
    for (const pid of workers) process.kill(pid, "SIGKILL");
    expect(await run.result({ timeout: "3m" })).toEqual([1, 2, 3, 4, 5, 6]);
    expect((await run.describe()).recoveries).toBeGreaterThan(0);
  });

  it("puts a message that is no hint aside, for somebody to look at", async () => {
    const { RedrivePolicy = "" } = await attributes(tried.output("QueueUrl"));
    const policy = z
      .looseObject({ deadLetterTargetArn: z.string() })
      .parse(JSON.parse(RedrivePolicy));
    const QueueUrl = tried.output("QueueUrl");
    // As it would be after fifty tries, without the hours that these take.
    const Attributes = {
      RedrivePolicy: JSON.stringify({ ...policy, maxReceiveCount: 2 }),
      VisibilityTimeout: "1",
    };
    await sqs().send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
    await sqs().send(new SendMessageCommand({ QueueUrl, MessageBody: "no hint at all" }));
    const left = await eventually("dead letter", MINUTE_MS, async () => {
      const { ApproximateNumberOfMessages } = await attributes(tried.output("DeadLetterQueueUrl"));
      return ApproximateNumberOfMessages === "0" ? undefined : ApproximateNumberOfMessages;
    });
    expect(left).toBe("1");
    await sqs().send(
      new SetQueueAttributesCommand({
        QueueUrl,
        Attributes: { RedrivePolicy, VisibilityTimeout: "60" },
      }),
    );
  });

  it("starts a run when the clock says so, named by the tick, with its input", async () => {
    const run = await eventually("tick", 130_000, async () =>
      (await savepoint.list({ workflow: "tick" })).runs.find(
        ({ status }) => status === "succeeded",
      ),
    );
    expect(run.id).toMatch(/^minutely@\d{4}-\d\d-\d\dT\d\d:\d\dZ$/);
    expect(await savepoint.get(run.id).result()).toEqual({ from: "the clock" });
  });
});

/** A run that waits for the event `go`. */
async function waiting(id: string) {
  const run = await savepoint.start("patient", undefined, { id });
  await eventually("wait", MINUTE_MS, async () =>
    (await run.status()) === "waiting" ? true : undefined,
  );
  return run;
}

const health = async () => (await fetch(`${api}/health`, bearing(TOKEN))).status;

describe("code that changes under runs", () => {
  it("takes over what is in flight", async () => {
    const patient = await waiting("over-a-change");
    const deployment = tried.deploy("second").then(() => "deployed");
    // One of these is at work when its function changes.
    for (let at = ""; at !== "deployed";) {
      const busy = await savepoint.start("steady", undefined);
      expect(await busy.result({ timeout: "2m" })).toEqual([1, 2, 3, 4, 5, 6]);
      at = await Promise.race([deployment, Promise.resolve("in progress")]);
    }
    await patient.send(event("go"), true);
    expect(await patient.result({ timeout: "2m" })).toBe("finished by the second code");
  });

  it("is rolled back by the aliases, without a build, when it does not load", async () => {
    const patient = await waiting("over-broken-code");
    await tried.deploy("broken");
    expect(await health()).toBe(502);
    for (const name of tried.functionNames) await rollBack(lambda(), name);
    expect(await health()).toBe(200);
    await patient.send(event("go"), true);
    expect(await patient.result({ timeout: "2m" })).toBe("finished by the second code");
  });

  it("loses no run whose hint meets code that does not load", async () => {
    const sleepers = await Promise.all(
      [1, 2, 3].map(async (n) => savepoint.start("sleeper", undefined, { id: `sleeper-${n}` })),
    );
    await eventually("sleep", MINUTE_MS, async () => {
      const statuses = await Promise.all(sleepers.map(async (run) => run.status()));
      return statuses.every((status) => status === "waiting") ? true : undefined;
    });
    const log = () => readFileSync(tried.emulator.log, "utf8");
    const logged = log().length;
    // The broken code again: a deployment might bring it only after their time has come.
    for (const name of tried.functionNames) {
      await callVersion(lambda(), name, (await versionsOf(lambda(), name)).at(-1) ?? "");
    }
    expect(await health()).toBe(502);
    await eventually("hint of each sleeper with the worker", MINUTE_MS, async () => {
      const { ApproximateNumberOfMessagesNotVisible: taken } = await attributes(
        tried.output("QueueUrl"),
      );
      return Number(taken) >= sleepers.length ? true : undefined;
    });
    const [worker] = tried.functionNames;
    const failure = new RegExp(`Lambda ${worker} failed processing SQS .*this code does not load`);
    await eventually("failure of the worker", MINUTE_MS, async () =>
      failure.test(log().slice(logged)) ? true : undefined,
    );
    for (const name of tried.functionNames) await rollBack(lambda(), name);
    const outputs = await Promise.all(sleepers.map(async (run) => run.result({ timeout: "2m" })));
    expect(outputs).toEqual([2, 2, 2]);
  });

  it("is called again once other code is deployed after a roll-back", async () => {
    const before = await Promise.all(
      tried.functionNames.map(async (name) => liveVersion(lambda(), name)),
    );
    await tried.deploy("second");
    for (const [index, name] of tried.functionNames.entries()) {
      const live = await liveVersion(lambda(), name);
      expect(live).not.toBe(before[index]);
      expect(live).toBe((await versionsOf(lambda(), name)).at(-1));
    }
    expect(await health()).toBe(200);
  });
});

describe("versions of functions", () => {
  it("are deleted but for the newest five and the one that runs", async () => {
    const [FunctionName = ""] = tried.functionNames;
    await publishVersions(lambda(), FunctionName, 6);
    const before = await versionsOf(lambda(), FunctionName);
    const live = await liveVersion(lambda(), FunctionName);
    expect(before.slice(-6), "the alias calls one that is not among the newest").not.toContain(
      live,
    );
    for (const _ of ["once", "twice"]) expect(await pruned(lambda())).toEqual([undefined]);
    expect(await versionsOf(lambda(), FunctionName)).toEqual([
      "$LATEST",
      live,
      ...before.slice(-5),
    ]);
  });
});

describe("the end", () => {
  it("leaves nothing of the stack", async () => {
    const { endpoint } = tried.emulator;
    const before = await inventoryOf(endpoint);
    const empty = Object.keys(before).filter((kind) => before[kind]?.length === 0);
    expect(empty, "kinds of which the stack has nothing").toEqual([]);
    await tried.destroy();
    const after = await inventoryOf(endpoint);
    expect(after).toEqual(Object.fromEntries(Object.keys(before).map((kind) => [kind, []])));
  });
});

async function attributes(QueueUrl: string): Promise<Record<string, string>> {
  const { Attributes } = await sqs().send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }),
  );
  return Attributes ?? {};
}
