import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, describe, expect, it } from "vitest";
import { httpHandler } from "../../lambda/client/http-handler.ts";

const servers: Server[] = [];
const handlers: ReturnType<typeof httpHandler>[] = [];
afterEach(async () => {
  for (const handler of handlers.splice(0)) handler.destroy();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(answer: RequestListener) {
  const server = createServer(answer);
  servers.push(server);
  let connections = 0;
  server.on("connection", () => (connections += 1));
  await once(server.listen(0, "127.0.0.1"), "listening");
  return { port: (server.address() as AddressInfo).port, connections: () => connections };
}

/** A handler, and a request to that port as an AWS client makes it. */
function open(timeouts?: Parameters<typeof httpHandler>[0]) {
  const handler = httpHandler(timeouts);
  handlers.push(handler);
  const ask = (port: number, body: unknown = "{}", protocol = "http:", abortSignal?: AbortSignal) =>
    handler.handle(
      {
        protocol,
        hostname: "127.0.0.1",
        port,
        path: "/path",
        method: "POST",
        headers: { "x-amz-target": "Service.Call" },
        body,
      },
      abortSignal && { abortSignal },
    );
  return { handler, ask };
}

const text = (body: Uint8Array) => Buffer.from(body).toString();

describe("the request handler of AWS clients", () => {
  it("sends a request whole, and gives a response whole that came in pieces", async () => {
    const { port } = await serve((request, response) => {
      let body = "";
      request.on("data", (chunk) => (body += String(chunk)));
      request.on("end", () => {
        response.writeHead(400, { "X-Amzn-RequestId": "id" });
        response.write(
          `${request.method} ${request.url} ${String(request.headers["x-amz-target"])} `,
        );
        setImmediate(() => response.end(body));
      });
    });
    const { response } = await open().ask(port, "h\u00e9llo");
    expect(response.statusCode).toBe(400);
    expect(response.headers["x-amzn-requestid"]).toBe("id");
    expect(text(response.body)).toBe("POST /path Service.Call h\u00e9llo");
  });

  it("serves a client of the SDK, errors included", async () => {
    const { port } = await serve((_, response) => {
      response.writeHead(400, { "content-type": "application/x-amz-json-1.0" });
      response.end(JSON.stringify({ __type: "x#ResourceNotFoundException", message: "no table" }));
    });
    const client = new DynamoDBClient({
      endpoint: `http://127.0.0.1:${port}`,
      region: "us-east-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      maxAttempts: 1,
      requestHandler: open().handler,
    });
    const error = await client.send(new ListTablesCommand()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "ResourceNotFoundException", message: "no table" });
  });

  it("uses a connection again", async () => {
    const { port, connections } = await serve((_, response) => void response.end("{}"));
    const { ask } = open();
    for (let call = 0; call < 3; call += 1) await ask(port);
    expect(connections()).toBe(1);
  });

  it.each([
    ["that does not answer", () => undefined],
    ["that answers by half", (response: { write(text: string): void }) => response.write("{")],
  ])("gives up on a server %s", async (_, answer) => {
    const { port } = await serve((__, response) => {
      answer(response);
    });
    const { ask } = open({ connectMs: 1_000, requestMs: 50 });
    const error = await ask(port).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "TimeoutError" });
    expect((error as Error).message).toContain("50 ms");
  });

  it("tells of a server that is not there, and of one that hangs up, by the error's code", async () => {
    const { port } = await serve((request) => void request.socket.destroy());
    await expect(open().ask(port)).rejects.toMatchObject({ code: "ECONNRESET" });
    for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
    await expect(open().ask(port)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  it("ends a request whose signal is aborted", async () => {
    const controller = new AbortController();
    const { port } = await serve(() => controller.abort());
    const asked = open().ask(port, "{}", "http:", controller.signal);
    await expect(asked).rejects.toMatchObject({ name: "AbortError" });
  });

  it("speaks TLS to an endpoint that says https", async () => {
    const { port } = await serve((_, response) => void response.end("{}"));
    await expect(open().ask(port, "{}", "https:")).rejects.toMatchObject({ code: "EPROTO" });
  });

  it("refuses a body that is a stream, which it would not send", async () => {
    await expect(open().ask(1, new ReadableStream())).rejects.toThrow("stream");
  });
});
