import { describe, expect, it } from "vitest";
import * as z from "zod";
import { ApiError, ApiReplyError } from "../../lambda/http/api-error.ts";
import { type Connection, httpTransport, type Transport } from "../../lambda/http/transport.ts";
import { failure, type FakeApi } from "../cli/fake-api.ts";
import type { FakeHost } from "../cli/fake-host.ts";
import { stage } from "../cli/fixture.ts";

const request = { path: "/runs", reply: z.looseObject({ runs: z.array(z.unknown()) }) };

const open = (api: FakeApi, host: FakeHost, more: Partial<Connection> = {}): Transport =>
  httpTransport(
    { address: () => ({ url: api.url, token: "t" }), recover: async () => {}, ...more },
    { clock: host.clock, signal: host.interrupted, isTrusted: false },
  );

describe("a request", () => {
  it("carries token, query and JSON body", async () => {
    const { api, host } = await stage();
    await open(api, host).send({ ...request, query: { limit: 2, cursor: undefined } });
    await open(api, host).send({
      method: "POST",
      path: "/runs/research",
      body: { id: "a", input: 1 },
      reply: z.unknown(),
    });
    expect(api.requests).toMatchObject([
      { method: "GET", url: "/runs?limit=2", token: "t", body: undefined },
      { method: "POST", url: "/runs/research", token: "t", body: { id: "a", input: 1 } },
    ]);
  });

  it("throws what the API refuses it for", async () => {
    const { api, host } = await stage();
    const issues = [{ path: "topic", message: "too short" }];
    api.intercept = () => failure(422, "validation", "input is wrong", { issues });
    await expect(open(api, host).send(request)).rejects.toMatchObject({
      name: "ApiError",
      status: 422,
      code: "validation",
      message: "input is wrong",
      details: { issues },
    });
    expect(api.requests).toHaveLength(1);
  });

  it("is made again after an answer that can pass, and with a pause each time", async () => {
    const { api, host } = await stage();
    const transport = open(api, host);
    await transport.send(request);
    const answers = [
      failure(429, "too_many_requests", "API Gateway throttles"),
      failure(503, "store_unavailable", "DynamoDB throttles"),
      "cut" as const,
    ];
    api.intercept = () => answers.shift();
    const before = host.clock.now();
    await transport.send(request);
    expect(api.requests).toHaveLength(5);
    expect(host.clock.now() - before).toBe(100 + 300 + 1_000);
  });

  it("is given up after five more tries", async () => {
    const { api, host } = await stage();
    const transport = open(api, host);
    await transport.send(request);
    api.intercept = () => failure(502, "bad_gateway", "the function has crashed");
    await expect(transport.send(request)).rejects.toThrow("the function has crashed");
    expect(api.requests).toHaveLength(1 + 6);
  });

  it("goes where the API is found again after nobody answered", async () => {
    const { api, host } = await stage();
    let url = api.url;
    const connection: Partial<Connection> = {
      address: () => ({ url }),
      recover: async () => {
        url = api.url;
      },
    };
    const transport = open(api, host, connection);
    await transport.send(request);
    url = "http://127.0.0.1:1";
    await transport.send(request);
    expect(api.requests).toHaveLength(2);
  });

  it("fails at once at an address where nobody has answered yet", async () => {
    const { api, host } = await stage();
    const transport = open(api, host, { address: () => ({ url: "http://127.0.0.1:1" }) });
    const before = host.clock.now();
    await expect(transport.send(request)).rejects.toThrow(
      "the API at http://127.0.0.1:1 does not answer",
    );
    expect(host.clock.now()).toBe(before);
  });

  it("says so when the answer is not that of a Savepoint API", async () => {
    const { api, host } = await stage();
    for (const body of ["<html>", { items: [] }]) {
      api.intercept = () => ({ status: 200, body });
      const sent = open(api, host).send(request);
      await expect(sent).rejects.toThrow("is no Savepoint API, or of another version");
      await expect(sent).rejects.toBeInstanceOf(ApiReplyError);
    }
  });

  it("is dropped as soon as somebody presses Ctrl-C", async () => {
    const { api, host } = await stage();
    api.intercept = () => {
      host.interrupt();
      return "hang";
    };
    const sent = open(api, host).send(request);
    await expect(sent).rejects.toThrow("interrupted by SIGINT");
  });

  it("shows what came instead of an error of the API", async () => {
    const { api, host } = await stage();
    api.intercept = () => ({ status: 403, body: { message: "Missing Authentication Token" } });
    const error: unknown = await open(api, host)
      .send(request)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ApiError);
    expect((error as Error).message).toBe(
      'the API answered 403: {"message":"Missing Authentication Token"}',
    );
  });
});
