import { request } from "node:http";
import type { APIGatewayProxyEvent } from "aws-lambda";
import { afterEach, describe, expect, test } from "vitest";
import { type Front, openFront } from "../../localstack/embedded/http-front.ts";
import { VirtualClock } from "../../lambda/testing/virtual-clock.ts";
import { memoryLog } from "./lambda-host/functions.ts";

const JSON_TYPE = { "content-type": "application/json" };
const CALLBACK = "eyJydW4iXQ.c2VjcmV0-_";

let front: Front;
let events: APIGatewayProxyEvent[];
afterEach(() => front.close());

async function open(publicTokens?: boolean, fails = false): Promise<ReturnType<typeof memoryLog>> {
  const log = memoryLog();
  events = [];
  front = await openFront({
    invoke: (_, event) => {
      events.push(event as APIGatewayProxyEvent);
      if (fails) return Promise.reject(new Error("no function"));
      return Promise.resolve({
        ok: true,
        payload: JSON.stringify({ statusCode: 202, body: "{}" }),
      });
    },
    control: {
      info: () => ({}),
      reload: () => Promise.reject(new Error("nothing to reload")),
      stop: () => undefined,
      crashAfter: () => undefined,
    },
    token: "the-token-of-this-start",
    tokenFile: "/project/.savepoint/stack.json",
    ...(publicTokens !== undefined && { publicTokens }),
    clock: new VirtualClock(),
    log,
    newId: () => "request-1",
  });
  return log;
}

/** Sends a request without the stack's own token, its path exactly as it is. */
function send(
  method: string,
  path: string,
  headers: Record<string, string> = JSON_TYPE,
): Promise<number | undefined> {
  const { hostname, port } = new URL(front.url);
  return new Promise((resolve, reject) => {
    const options = { hostname, port, path, method, headers, agent: false };
    const outgoing = request(options, (incoming) => {
      incoming.resume().once("end", () => resolve(incoming.statusCode));
    });
    outgoing.on("error", reject).end(method === "POST" ? "{}" : "");
  });
}

describe("a callback token", () => {
  test.each([undefined, false])("is not let in without the stack's own by default", async (set) => {
    await open(set);
    expect(await send("POST", `/tokens/${CALLBACK}`)).toBe(403);
    expect(events).toEqual([]);
  });

  test("is let in where tokens are public, as at the API Gateway by a resource of its own", async () => {
    await open(true);
    expect(await send("POST", `/tokens/${CALLBACK}`)).toBe(202);
    expect(events).toMatchObject([
      {
        resource: "/tokens/{token}",
        path: `/tokens/${CALLBACK}`,
        pathParameters: { token: CALLBACK },
        requestContext: { resourcePath: "/tokens/{token}" },
      },
    ]);
  });

  test.each([
    ["GET", `/tokens/${CALLBACK}`],
    ["PUT", `/tokens/${CALLBACK}`],
    ["POST", "/tokens"],
    ["POST", "/tokens/"],
    ["POST", "/tokens/.."],
    ["POST", "/tokens/../runs/research"],
    ["POST", "/tokens/..%2fruns%2fresearch"],
    ["POST", "/tokens/..\\runs\\research"],
    ["POST", `/tokens/${CALLBACK}/more`],
    ["POST", `//tokens/${CALLBACK}`],
    ["POST", `/runs/tokens/${CALLBACK}`],
    ["POST", "/runs/research"],
    ["POST", "/__savepoint/stop"],
    ["GET", `/runs?/tokens/${CALLBACK}`],
  ])("is the only thing that is public: not %s %s", async (method, path) => {
    await open(true);
    expect(await send(method, path)).toBe(403);
    expect(events).toEqual([]);
  });

  test.each([
    ["another host's name", { ...JSON_TYPE, host: "evil.example" }, 403],
    ["a page of another origin", { ...JSON_TYPE, origin: "http://evil.example" }, 403],
    ["a form", { "content-type": "text/plain" }, 415],
  ])("is not taken from %s", async (_, headers, status) => {
    await open(true);
    expect(await send("POST", `/tokens/${CALLBACK}`, headers)).toBe(status);
    expect(events).toEqual([]);
  });

  test("is not in the log, whatever goes wrong with it", async () => {
    const log = await open(true, true);
    await expect(send("POST", `/tokens/${CALLBACK}`)).rejects.toThrow("socket hang up");
    expect(log.lines).toMatchObject([{ level: "error", fields: { url: "/tokens/{token}" } }]);
    expect(JSON.stringify(log.lines)).not.toContain(CALLBACK);
  });
});
