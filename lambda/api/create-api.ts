import { type Context, Hono } from "hono";
import { cors } from "hono/cors";
import type { Log } from "../core/log.ts";
import { failureReply, RequestError } from "./failure.ts";
import { openApiDocument } from "./openapi.ts";
import { requestJson } from "./request-json.ts";
import type { Reply, Route, RouteContext } from "./route.ts";
import { ROUTES } from "./routes.ts";
import { shownPath } from "./shown-path.ts";

/** What an API is made of. */
export interface ApiOptions extends RouteContext {
  /** Where failures of the server are told. */
  readonly log: Log;
  /** Origins whose pages may call it, as `https://app.example.com`; by default no page of another may. */
  readonly corsOrigins?: readonly string[];
}

/** An API: answers requests, and never rejects. */
export interface Api {
  fetch(request: Request): Promise<Response>;
}

/**
 * Makes the HTTP API over a client. It knows nothing of who may call it: in AWS the API Gateway's
 * authorizer decides that, on one machine the loopback server.
 */
export function createApi({ log, corsOrigins = [], ...context }: ApiOptions): Api {
  const app = new Hono();
  if (corsOrigins.length > 0) app.use(crossOrigin(corsOrigins));
  const document = openApiDocument(ROUTES, context.version);
  app.get("/openapi.json", () => reply({ status: 200, body: document }));
  for (const route of ROUTES) {
    app.on(route.method, honoPath(route), async (c) => {
      const request = {
        id: c.req.param("id") ?? "",
        name: c.req.param("name") ?? "",
        token: c.req.param("token") ?? "",
        idempotencyKey: c.req.header("idempotency-key"),
        query: queryOf(c),
        body: route.body && (await requestJson(c.req.raw, bodyOf(route))),
        signal: c.req.raw.signal,
      };
      return reply(await route.answer(context, request));
    });
  }
  for (const [path, allow] of allowedMethods()) {
    app.all(path, (c) => {
      const message = `${c.req.method} is not for ${shownPath(c.req.path)}; use ${allow}`;
      throw new RequestError(405, "method_not_allowed", message, { allow });
    });
  }
  app.notFound((c) => {
    const message = `there is nothing at ${shownPath(c.req.path)}; GET /openapi.json tells what there is`;
    return reply(failureReply(new RequestError(404, "not_found", message)));
  });
  app.onError((error, c) => {
    const failure = failureReply(error);
    // A caller who has gone aborts what is done for it, which is no failure.
    if (failure.status >= 500 && !c.req.raw.signal.aborted) {
      log.error("request failed", { method: c.req.method, path: shownPath(c.req.path), error });
    }
    return reply(failure);
  });
  return { fetch: async (request) => app.fetch(request) };
}

/** Lets pages of these origins read answers, and ask before they send what is no simple request. */
const crossOrigin = (origins: readonly string[]) =>
  cors({
    origin: [...origins],
    allowMethods: ["GET", "POST", "DELETE"],
    allowHeaders: ["authorization", "content-type", "idempotency-key"],
    exposeHeaders: ["location", "retry-after"],
    maxAge: 600,
  });

const bodyOf = ({ isBodyOptional, bodyBytesMax }: Route) => ({
  ...(isBodyOptional !== undefined && { isOptional: isBodyOptional }),
  ...(bodyBytesMax !== undefined && { bytesMax: bodyBytesMax }),
});

const honoPath = ({ path }: Route): string => path.replaceAll(/\{(\w+)\}/g, ":$1");

/** Methods of each path, as the Allow header lists them. */
function allowedMethods(): ReadonlyMap<string, string> {
  const allowed = new Map([["/openapi.json", "GET, HEAD"]]);
  for (const route of ROUTES) {
    const path = honoPath(route);
    const methods = route.method === "GET" ? "GET, HEAD" : route.method;
    allowed.set(path, [allowed.get(path), methods].filter(Boolean).join(", "));
  }
  return allowed;
}

/** The query; a parameter given several times is an array, for the schema to refuse. */
const queryOf = (c: Context): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(c.req.queries()).map(([name, values]) => [
      name,
      values.length === 1 ? values[0] : values,
    ]),
  );

const reply = ({ status, body, headers = {} }: Reply): Response =>
  Response.json(body, {
    status,
    headers: { "cache-control": "no-store", "x-content-type-options": "nosniff", ...headers },
  });
