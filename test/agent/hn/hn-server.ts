import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** What a scripted search API answers. */
export interface HnReply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text as it is, anything else as JSON. Default: an empty object. */
  readonly body?: unknown;
}

/** A scripted search API. */
export interface HnServer extends AsyncDisposable {
  readonly url: string;
  /** `GET path key` of each request. */
  readonly requests: readonly { readonly path: string; readonly key: string | undefined }[];
}

/** Starts a loopback server that answers each path as `reply` says. */
export async function startHnServer(reply: (path: string) => HnReply): Promise<HnServer> {
  const requests: { path: string; key: string | undefined }[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    requests.push({ path, key: request.headers["idempotency-key"]?.toString() });
    const { status = 200, headers = {}, body = {} } = reply(path);
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
