import { request } from "node:http";
import type { APIGatewayProxyEvent } from "aws-lambda";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Control } from "../../localstack/embedded/control-routes.ts";
import { type Front, openFront } from "../../localstack/embedded/http-front.ts";
import type { InvocationResult } from "../../localstack/embedded/lambda-host/invocation.ts";
import { VirtualClock } from "../../lambda/testing/virtual-clock.ts";
import { memoryLog } from "./lambda-host/functions.ts";

const TOKEN = "the-token-of-this-start";
const JSON_TYPE = { "content-type": "application/json" };

let front: Front;
let events: { name: string; event: APIGatewayProxyEvent }[];
let orders: unknown[];
let answer: InvocationResult;

const control: Control = {
  info: () => ({ pid: 42, directory: "/somewhere" }),
  stop: () => void orders.push("stop"),
  async reload() {
    orders.push("reload");
    return { changed: ["worker"], inputs: ["/a.ts"], complaints: [] };
  },
  crashAfter: (steps) => void orders.push({ steps }),
};

beforeEach(async () => {
  events = [];
  orders = [];
  answer = { ok: true, payload: JSON.stringify({ statusCode: 200, body: "{}" }) };
  front = await openFront({
    invoke: (name, event) => {
      events.push({ name, event: event as APIGatewayProxyEvent });
      return Promise.resolve(answer);
    },
    control,
    token: TOKEN,
    tokenFile: "/project/.savepoint/stack.json",
    clock: new VirtualClock(Date.UTC(2026, 0, 1)),
    log: memoryLog(),
    newId: () => "request-1",
  });
});
afterEach(() => front.close());

interface Reply {
  readonly status: number | undefined;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

/** Sends a request with exactly these headers, which `fetch` would not. */
function send(
  method: string,
  path: string,
  headers: Record<string, string> = { "x-savepoint-token": TOKEN },
  body = "",
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const outgoing = request(front.url + path, { method, headers, agent: false }, (incoming) => {
      let text = "";
      incoming.setEncoding("utf8");
      incoming.on("data", (chunk: string) => (text += chunk));
      incoming.on("end", () =>
        resolve({ status: incoming.statusCode, headers: incoming.headers, body: text }),
      );
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

const token = (more: Record<string, string> = {}) => ({ "x-savepoint-token": TOKEN, ...more });
const bearer = (more: Record<string, string> = {}) => ({
  authorization: `Bearer ${TOKEN}`,
  ...more,
});

const port = () => new URL(front.url).port;

/** Status and error code of a reply. */
const code = async (reply: Promise<Reply>) => {
  const { status, body } = await reply;
  return [status, (JSON.parse(body) as { error: { code: string } }).error.code];
};

describe("a request that is let in", () => {
  test("reaches the function api as the event that API Gateway makes of it", async () => {
    await send(
      "POST",
      "/runs/re%20search?tag=a&tag=b&limit=5",
      token({ ...JSON_TYPE, "X-Custom": "kept" }),
      '{"input":1}',
    );
    expect(events).toMatchObject([
      {
        name: "api",
        event: {
          resource: "/{proxy+}",
          path: "/runs/re%20search",
          httpMethod: "POST",
          headers: { "X-Custom": "kept", "content-type": "application/json" },
          multiValueHeaders: { "X-Custom": ["kept"] },
          queryStringParameters: { tag: "b", limit: "5" },
          multiValueQueryStringParameters: { tag: ["a", "b"], limit: ["5"] },
          pathParameters: { proxy: "runs/re search" },
          stageVariables: null,
          requestContext: {
            requestId: "request-1",
            httpMethod: "POST",
            path: "/v1/runs/re%20search",
            stage: "v1",
            resourcePath: "/{proxy+}",
            requestTimeEpoch: Date.UTC(2026, 0, 1),
            identity: { sourceIp: "127.0.0.1" },
          },
          body: '{"input":1}',
          isBase64Encoded: false,
        },
      },
    ]);
  });

  test("without query and body has null in their places, and leaves its token behind", async () => {
    await send("GET", "/");
    const { event } = events[0] ?? {};
    expect(event).toMatchObject({
      resource: "/",
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      pathParameters: null,
      body: null,
    });
    expect(JSON.stringify(event)).not.toContain(TOKEN);
  });

  test("gets status, headers and body of the function's response", async () => {
    const response = {
      statusCode: 202,
      headers: { "X-One": "1" },
      multiValueHeaders: { "set-cookie": ["a=1", "b=2"] },
      body: Buffer.from("hällo").toString("base64"),
      isBase64Encoded: true,
    };
    answer = { ok: true, payload: JSON.stringify(response) };
    expect(await send("GET", "/x")).toMatchObject({
      status: 202,
      headers: { "x-one": "1", "set-cookie": ["a=1", "b=2"] },
      body: "hällo",
    });
  });

  test.each([
    [
      502,
      "internal",
      "Runtime.ExitError",
      { ok: false, errorType: "Runtime.ExitError", message: "gone" },
    ],
    [
      504,
      "timeout",
      "timed out",
      { ok: false, errorType: "Sandbox.Timedout", message: "Task timed out" },
    ],
    [502, "internal", "not a proxy response", { ok: true, payload: '{"no":"status"}' }],
    [502, "internal", "not a proxy response", { ok: true, payload: "null" }],
  ] as const)("gets %d %s when the function ends with: %s", async (status, code, text, result) => {
    answer = result;
    const reply = await send("GET", "/x");
    expect(reply.status).toBe(status);
    expect(JSON.parse(reply.body)).toEqual({
      error: { code, message: expect.stringContaining(text) },
    });
  });
});

test("a request with the token as a bearer's is answered, as that of a deployed API with tokens", async () => {
  await send("GET", "/runs", bearer());
  expect(events).toHaveLength(1);
});

describe("a request that is refused", () => {
  test.each([
    ["without a token", () => ({})],
    ["with a wrong token", () => ({ "x-savepoint-token": TOKEN.replace("t", "x") })],
    ["with a wrong bearer token", () => ({ authorization: `Bearer ${TOKEN.replace("t", "x")}` })],
    ["with the token in another scheme", () => ({ authorization: `Basic ${TOKEN}` })],
    ["from another origin, with a bearer token", () => bearer({ origin: "http://evil.example" })],
    ["for another host, with a bearer token", () => bearer({ host: "evil.example" })],
    ["for another host", () => token({ host: "evil.example" })],
    ["for this host on another port", () => token({ host: "127.0.0.1:1" })],
    ["from another origin", () => token({ origin: "http://evil.example" })],
    ["from an opaque origin", () => token({ origin: "null" })],
    ["from another port of this machine", () => token({ origin: "http://127.0.0.1:1" })],
  ])("%s is answered 403 and reaches nothing", async (_, headers) => {
    expect(await code(send("GET", "/runs", headers()))).toEqual([403, "forbidden"]);
    expect(await code(send("POST", "/__savepoint/stop", headers()))).toEqual([403, "forbidden"]);
    expect(events).toEqual([]);
    expect(orders).toEqual([]);
  });

  test("is told where the token is, and how the command line is given it", async () => {
    const { error } = JSON.parse((await send("GET", "/runs", {})).body) as {
      readonly error: { readonly message: string };
    };
    expect(error.message).toMatch(
      /from the file \/project\/\.savepoint\/stack\.json.*SAVEPOINT_TOKEN/,
    );
  });

  test("a token in the query string opens nothing", async () => {
    const path = `/runs?x-savepoint-token=${TOKEN}&token=${TOKEN}`;
    expect((await send("GET", path, {})).status).toBe(403);
  });

  test.each(["text/plain", "application/x-www-form-urlencoded", "application/json-seq"])(
    "a body of type %s is answered 415",
    async (type) => {
      const sent = send("POST", "/runs/x", token({ "content-type": type }), "{}");
      expect(await code(sent)).toEqual([415, "unsupported_media_type"]);
    },
  );

  test("a body without a type is answered 415", async () => {
    expect((await send("POST", "/runs/x", token(), "{}")).status).toBe(415);
  });

  test("no answer lets pages of other origins read it", async () => {
    const { headers } = await send("GET", "/runs", token({ origin: `http://127.0.0.1:${port()}` }));
    expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
    expect(events).toHaveLength(1);
  });

  test("localhost names this server too, and JSON may carry its charset", async () => {
    const headers = token({
      host: `localhost:${port()}`,
      "content-type": "application/json; charset=utf-8",
    });
    expect((await send("POST", "/runs/x", headers, "{}")).status).toBe(200);
  });

  test("a body above what Lambda takes is answered 413", async () => {
    const body = "x".repeat(6 * 1024 * 1024 + 1);
    expect((await send("POST", "/runs/x", token(JSON_TYPE), body)).status).toBe(413);
    expect(events).toEqual([]);
  });
});

describe("control routes", () => {
  test("tell who answers", async () => {
    const { status, body } = await send("GET", "/__savepoint/info");
    expect([status, JSON.parse(body)]).toEqual([200, { pid: 42, directory: "/somewhere" }]);
  });

  test("take the orders to stop and to crash, and never reach the function", async () => {
    await send("POST", "/__savepoint/stop", token(JSON_TYPE), "{}");
    await send("POST", "/__savepoint/crash-after", token(JSON_TYPE), '{"steps":5}');
    const reloaded = await send("POST", "/__savepoint/reload", token(JSON_TYPE), "{}");
    expect(JSON.parse(reloaded.body)).toEqual({
      changed: ["worker"],
      inputs: ["/a.ts"],
      complaints: [],
    });
    expect(orders).toEqual(["stop", { steps: 5 }, "reload"]);
    expect(events).toEqual([]);
  });

  test.each(['{"steps":-1}', '{"steps":1.5}', '{"steps":"5"}', "{}", '{"steps":1,"x":2}', "{"])(
    "refuse crash-after with %s",
    async (body) => {
      const reply = await send("POST", "/__savepoint/crash-after", token(JSON_TYPE), body);
      expect(reply.status).toBe(422);
      expect(orders).toEqual([]);
    },
  );

  test("name those there are when asked for another", async () => {
    const { status, body } = await send("GET", "/__savepoint/nothing");
    expect(status).toBe(404);
    expect(body).toContain("GET info, POST stop, POST reload, POST crash-after");
  });
});

test("the front is busy once per look for requests that came since, and while one is open", async () => {
  expect(front.isBusy()).toBe(false);
  await send("GET", "/runs");
  expect(front.isBusy()).toBe(true);
  expect(front.isBusy()).toBe(false);
});
