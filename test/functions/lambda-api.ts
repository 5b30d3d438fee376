import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { LambdaClient } from "@aws-sdk/client-lambda";

/** A function as Lambda has it: its versions, and the versions that its aliases call. */
export interface KnownFunction {
  readonly versions: Set<string>;
  readonly aliases: Map<string, string>;
}

/** As much of Lambda's API on loopback as versions are pruned with. */
export interface LambdaApi {
  readonly client: LambdaClient;
  readonly functions: Map<string, KnownFunction>;
  /** Every request so far: its method and what follows `/functions/`. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** Pages are short, so that there are several. */
const PAGE = 3;
const PREFIX = "/2015-03-31/functions/";

/** Starts the API. @param refuse names the error that a request is refused with, before it does anything */
export async function startLambdaApi(
  refuse: (request: string) => string | undefined = () => undefined,
): Promise<LambdaApi> {
  const functions = new Map<string, KnownFunction>();
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://localhost");
    const asked = `${request.method} ${(request.url ?? "").slice(PREFIX.length)}`;
    requests.push(asked);
    const refused = refuse(asked);
    if (refused !== undefined) return fail(response, refused);
    const [name = "", list] = url.pathname.slice(PREFIX.length).split("/");
    const known = functions.get(name);
    if (!known) return fail(response, "ResourceNotFoundException");
    const { versions, aliases } = known;
    const page = pageOf(response, url.searchParams.get("Marker"));
    if (request.method === "GET" && list === "versions") {
      return page(
        "Versions",
        ["$LATEST", ...versions].map((Version) => ({ Version })),
      );
    }
    if (request.method === "GET" && list === "aliases") {
      const all = [...aliases].map(([Name, FunctionVersion]) => ({ Name, FunctionVersion }));
      return page("Aliases", all);
    }
    const version = url.searchParams.get("Qualifier");
    if (request.method !== "DELETE" || version === null) return fail(response, "AccessDenied");
    if ([...aliases.values()].includes(version)) return fail(response, "ResourceConflictException");
    if (!versions.delete(version)) return fail(response, "ResourceNotFoundException");
    response.writeHead(204).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const client = new LambdaClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  });
  return {
    client,
    functions,
    requests,
    async close() {
      client.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

const pageOf =
  (response: ServerResponse, marker: string | null) =>
  (name: string, all: readonly object[]): void => {
    const from = Number(marker ?? 0);
    const next = from + PAGE < all.length ? { NextMarker: String(from + PAGE) } : {};
    const body = { [name]: all.slice(from, from + PAGE), ...next };
    response.setHeader("content-type", "application/json").end(JSON.stringify(body));
  };

function fail(response: ServerResponse, type: string): void {
  const status = { ResourceConflictException: 409, ResourceNotFoundException: 404 }[type] ?? 403;
  response.writeHead(status, { "content-type": "application/json", "x-amzn-errortype": type });
  response.end(JSON.stringify({ Message: `refused: ${type}` }));
}
