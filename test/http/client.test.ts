import { describe, expect, expectTypeOf, test } from "vitest";
import * as z from "zod";
import {
  ApiError,
  ApiUnreachableError,
  connect,
  InvalidArgumentError,
  isSavepointError,
  RunConflictError,
  RunNotFoundError,
  TerminalError,
  ValidationError,
  ValueNotSerializableError,
  WaitTimeoutError,
} from "../../lambda/http/index.ts";
import { event } from "../../lambda/index.ts";
import { clientOverFake, digest } from "./over-fake.ts";

const reply = (body: unknown, status = 200): Response => Response.json(body, { status });

describe("a client over HTTP", () => {
  test("starts a run by its workflow, and joins it when started again", async () => {
    const { savepoint, fake, requests } = clientOverFake();
    const run = await savepoint.start(digest, { id: 7 }, { id: "a", timeout: "1h" });
    expect(run.id).toBe("a");
    expect(fake.runs.get("a")).toMatchObject({ workflow: "digest", input: { id: 7 } });
    expect(fake.asked).toEqual([{ timeout: "1h" }]);
    await savepoint.start<typeof digest>("digest", { id: 7 }, { id: "a" });
    expect(fake.runs.size).toBe(1);
    expect(requests[0]?.url).toBe("https://api.example/prod/runs/digest");
    expect(requests[0]?.headers.get("authorization")).toBe("Bearer secret");
  });

  test("knows the types of input and output by the workflow, or by its type and name", () => {
    const { savepoint } = clientOverFake();
    type Shown = { title: string; at: string; votes: [string, string][] };
    const byWorkflow = () => savepoint.start(digest, { id: 1 }).then((run) => run.result());
    const byName = () => savepoint.start<typeof digest>("digest", { id: 1 });
    expectTypeOf(byWorkflow).returns.resolves.toEqualTypeOf<Shown>();
    expectTypeOf(byName).returns.resolves.toHaveProperty("result");
    // @ts-expect-error -- the workflow wants a number
    expectTypeOf(() => savepoint.start(digest, { id: "1" })).toBeFunction();
    // @ts-expect-error -- so it does by its type
    expectTypeOf(() => savepoint.start<typeof digest>("digest", { id: "1" })).toBeFunction();
  });

  test("names a start, an event, a fork and a completion, so that a lost reply does nothing twice", async () => {
    const lost = new Set<string>();
    const { savepoint, fake, requests } = clientOverFake(({ method, url }) => {
      if (method === "GET" || lost.has(url)) return undefined;
      lost.add(url);
      return new TypeError("fetch failed");
    });
    const run = await savepoint.start(digest, { id: 7 });
    await run.send("approved", { by: "editor" });
    expect(run.id).toBe("id-1");
    expect([...fake.runs.keys()]).toEqual(["id-1"]);
    expect(requests.map(({ headers }) => headers.get("idempotency-key"))).toEqual([
      null,
      null,
      "id-2",
      "id-2",
    ]);
    await run.fork({ from: "plan" });
    expect(fake.runs.has("id-3")).toBe(true);
  });

  test("does with a run what a client inside the account does", async () => {
    const { savepoint, fake } = clientOverFake();
    fake.put("a", { status: "waiting" });
    const run = savepoint.get("a");
    expect(await run.status()).toBe("waiting");
    await run.pause();
    await run.resume();
    await run.cancel({ reason: "why" });
    await run.terminate();
    await run.send("approved", true, { idempotencyKey: "k" });
    await run.delete({ children: true });
    expect(fake.asked.map((one) => [one].flat()[0])).toEqual([
      "pause",
      "resume",
      "cancel",
      "terminate",
      "send",
      "delete",
    ]);
    expect(fake.asked[2]).toEqual(["cancel", { reason: "why" }]);
  });

  test("checks an event by its schema before it is sent, and sends it as it was given", async () => {
    const { savepoint, fake, requests } = clientOverFake();
    fake.put("a", { status: "waiting" });
    const run = savepoint.get("a");
    const decision = event("decision", z.object({ by: z.string().min(1).default("nobody") }));
    await expect(run.send(decision, { by: "" })).rejects.toBeInstanceOf(ValidationError);
    await expect(run.send(decision, { by: "" })).rejects.toThrow(
      'value of event "decision" is not valid: by: ',
    );
    expect(requests).toEqual([]);
    await run.send(decision, {});
    expect(fake.asked).toEqual([["send", "decision", {}, expect.anything()]]);
  });

  test("lists by what it is asked for", async () => {
    const { savepoint, fake } = clientOverFake();
    await savepoint.list({
      workflow: "digest",
      status: ["failed", "blocked"],
      attributes: { user: "u:1" },
      parent: "p",
      limit: 3,
    });
    expect(fake.asked).toEqual([
      {
        workflow: ["digest"],
        status: ["failed", "blocked"],
        attributes: { user: "u:1" },
        parent: "p",
        limit: 3,
      },
    ]);
  });

  test("gives the whole of a recorded history, page by page", async () => {
    const { savepoint, fake } = clientOverFake();
    fake.put("a", {});
    const run = { id: "a" } as never;
    const operation = (key: string) => ({ key }) as never;
    fake.pages.set(undefined, { format: 1, run, operations: [operation("x")], next: "n" });
    fake.pages.set("n", { format: 1, operations: [operation("y")] });
    expect(await savepoint.get("a").export()).toEqual({
      format: 1,
      run: { id: "a" },
      operations: [{ key: "x" }, { key: "y" }],
    });
  });
});

describe("waiting for a run", () => {
  test("asks again until it has finished, and gives its output as JSON shows it", async () => {
    const { savepoint, fake, requests } = clientOverFake(() => {
      if (requests.length === 3) {
        fake.put("a", { status: "succeeded", output: { at: new Date(0), votes: new Set([1]) } });
      }
      return undefined;
    });
    fake.put("a", { status: "running" });
    const output = await savepoint.get("a").result();
    expect(output).toEqual({ at: "1970-01-01T00:00:00.000Z", votes: [1] });
    expect(requests.map(({ url }) => new URL(url).search)).toEqual(Array(3).fill("?wait=20"));
  });

  test("throws what the run failed with: of its class, with its properties and its cause", async () => {
    const { savepoint, fake } = clientOverFake();
    const cause = Object.assign(new Error("429"), { name: "RateLimited", limit: 5 });
    const error = new TerminalError("no use", { cause, details: { tries: 2 } });
    fake.put("a", { status: "failed", error });
    const thrown: unknown = await savepoint
      .get("a")
      .result()
      .catch((one: unknown) => one);
    expect(thrown).toBeInstanceOf(TerminalError);
    expect(isSavepointError(thrown, "terminal")).toBe(true);
    expect(thrown).toMatchObject({ message: "no use", details: { tries: 2 } });
    expect((thrown as Error).stack).toBe(error.stack);
    expect((thrown as Error).cause).toBeInstanceOf(Error);
    expect((thrown as Error).cause).toMatchObject({
      name: "RateLimited",
      message: "429",
      limit: 5,
    });
  });

  test("throws what was thrown and is no error as it is", async () => {
    const { savepoint, fake } = clientOverFake();
    fake.put("a", { status: "failed", error: ["a", { b: 1 }] });
    await expect(savepoint.get("a").result()).rejects.toEqual(["a", { b: 1 }]);
  });

  test("ends when its time is over, and the run goes on", async () => {
    const { savepoint, fake, requests, clock } = clientOverFake();
    fake.put("a", { status: "waiting" });
    const began = clock.monotonic();
    await expect(savepoint.get("a").result({ timeout: "2500ms" })).rejects.toThrow(
      WaitTimeoutError,
    );
    expect(clock.monotonic() - began).toBe(2_500);
    expect(requests.map(({ url }) => new URL(url).search)).toEqual(["?wait=2", "?wait=1", "", ""]);
    expect(await savepoint.get("a").wait({ timeout: 0 })).toMatchObject({ status: "waiting" });
  });

  test("ends when it is aborted", async () => {
    const { savepoint, fake } = clientOverFake(() => {
      controller.abort(new Error("nobody cares any more"));
      return new TypeError("aborted");
    });
    const controller = new AbortController();
    fake.put("a", { status: "running" });
    const result = savepoint.get("a").result({ signal: controller.signal });
    await expect(result).rejects.toThrow("nobody cares any more");
  });
});

describe("what goes wrong", () => {
  test("is thrown as the class of its code, with what the API tells beside it", async () => {
    const { savepoint, fake } = clientOverFake();
    await expect(savepoint.get("none").status()).rejects.toThrow(RunNotFoundError);
    const bad = savepoint.start("digest" as never, { id: "x" } as never);
    await expect(bad).rejects.toThrow(ValidationError);
    await expect(bad).rejects.toMatchObject({ issues: [{ path: "id" }], status: 422 });
    fake.put("a", { status: "failed" });
    const conflict = savepoint.get("a").pause();
    await expect(conflict).rejects.toThrow(RunConflictError);
    await expect(conflict).rejects.toMatchObject({
      name: "RunConflictError",
      code: "run_conflict",
    });
  });

  test("is an ApiError when it is none of Savepoint's", async () => {
    const { savepoint } = clientOverFake(() => reply({ message: "Forbidden" }, 403));
    const refused = savepoint.get("a").status();
    await expect(refused).rejects.toThrow('the API answered 403: {"message":"Forbidden"}');
    await expect(refused).rejects.toBeInstanceOf(ApiError);
  });

  test("is tried again when it may pass, and no longer than some seconds", async () => {
    const { savepoint, requests, clock } = clientOverFake(() => reply({}, 503));
    const began = clock.monotonic();
    await expect(savepoint.get("a").status()).rejects.toThrow("the API answered 503");
    expect(requests).toHaveLength(6);
    expect(clock.monotonic() - began).toBe(7_400);
  });

  test("is told of an address where nobody answers", async () => {
    const { savepoint } = clientOverFake(
      () => new TypeError("fetch failed", { cause: new Error("ENOTFOUND") }),
    );
    const error = savepoint.get("a").status();
    await expect(error).rejects.toBeInstanceOf(ApiUnreachableError);
    await expect(error).rejects.toThrow(
      "the API at https://api.example does not answer: ENOTFOUND",
    );
  });

  test.each([
    ["a Map", { m: new Map() }, ".m is a Map"],
    ["a date", [new Date(0)], "[0] is a Date"],
    ["not a number", { a: [Number.NaN] }, ".a[0] is NaN"],
    ["a hole", [undefined], "[0] is undefined"],
    ["a bigint", 1n, "is a bigint"],
    ["what has no end", endless(), "levels deep"],
  ])("is refused before it is sent: %s, which JSON would change", async (_, input, problem) => {
    const { savepoint, requests } = clientOverFake();
    const started = savepoint.start("digest" as never, input as never);
    await expect(started).rejects.toThrow(ValueNotSerializableError);
    await expect(started).rejects.toThrow(problem);
    expect(requests).toEqual([]);
  });

  test.each(["../x", "", "a b"])("is refused before it is sent: the id %j", async (id) => {
    const { savepoint, requests } = clientOverFake();
    await expect(savepoint.get(id).status()).rejects.toThrow(InvalidArgumentError);
    expect(requests).toEqual([]);
  });

  test("is told at once of an endpoint that is none, and of two ways to sign", () => {
    expect(() => connect({ endpoint: "api.example" })).toThrow('endpoint is "api.example"');
    const sign = async (request: Request) => request;
    expect(() => connect({ endpoint: "https://a", token: "t", sign })).toThrow("one of them");
  });
});

test("each request is signed as it is sent, with its body", async () => {
  const signed: string[] = [];
  const savepoint = connect({
    endpoint: "https://api.example",
    headers: { "x-tenant": "t" },
    async sign(request) {
      signed.push(`${request.method} ${await request.clone().text()}`);
      return new Request(request, { headers: { ...headersOf(request), authorization: "AWS4" } });
    },
    async fetch(request) {
      expect(headersOf(request)).toMatchObject({ authorization: "AWS4", "x-tenant": "t" });
      return reply({ id: "a", status: "queued" }, 202);
    },
  });
  await savepoint.start("digest", undefined as never, { id: "a" });
  expect(signed).toEqual(['POST {"id":"a"}']);
});

const headersOf = ({ headers }: Request): Record<string, string> => Object.fromEntries(headers);

function endless(): unknown {
  const value: unknown[] = [];
  value.push(value);
  return value;
}
