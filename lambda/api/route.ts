import type * as z from "zod";
import type { NamedSavepoint } from "../client/savepoint.ts";
import { validate } from "../core/schema-validation.ts";

/** What routes are served from. */
export interface RouteContext {
  readonly savepoint: NamedSavepoint;
  /** Version of the deployed code. */
  readonly version: string;
}

/** A request as far as routes care. */
export interface RouteRequest {
  /** Decoded parameters of the path; empty when the path has none of that name. */
  readonly id: string;
  readonly name: string;
  readonly token: string;
  /** The header `Idempotency-Key`. */
  readonly idempotencyKey: string | undefined;
  /** Parameters of the query; one given several times is an array. */
  readonly query: unknown;
  /** JSON of the body; undefined when the route takes none. */
  readonly body: unknown;
  /** Aborted when the caller is gone. */
  readonly signal: AbortSignal;
}

/** An answer, to be sent as JSON. */
export interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One way of answering, for the OpenAPI document. */
export interface ReplyDescription {
  readonly description: string;
  /** Shape of the body; an error's when left out. */
  readonly schema?: z.ZodType;
}

/** How a route looks from outside. */
export interface RouteDescription<Query> {
  readonly method: "GET" | "POST" | "DELETE";
  /** Path with its parameters in braces, as OpenAPI writes it. */
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  /** What the path's parameters are. */
  readonly id?: string;
  readonly name?: string;
  readonly token?: string;
  /** What the header `Idempotency-Key` does; absent when it does nothing. */
  readonly idempotencyKey?: string;
  /** Whether a body may be left out, which counts as `{}`. */
  readonly isBodyOptional?: boolean;
  /** Largest body, bytes; 4 MB when left out. */
  readonly bodyBytesMax?: number;
  readonly query: z.ZodObject & z.ZodType<Query>;
  readonly replies: Readonly<Record<number, ReplyDescription>>;
}

/** A route: what it looks like, and how it answers. */
export interface Route extends RouteDescription<unknown> {
  /** Shape of the body; absent when the route takes none. */
  readonly body?: z.ZodType;
  /** Answers a request. Throws ValidationError for a query or body that does not fit. */
  readonly answer: (context: RouteContext, request: RouteRequest) => Promise<Reply>;
}

/** A request whose query and body have been checked. */
interface Checked<Query, Body> extends RouteRequest {
  readonly query: Query;
  readonly body: Body;
}

/** Makes a route without body; `handle` gets the query already checked. */
export const route = <Query>(
  description: RouteDescription<Query>,
  handle: (context: RouteContext, request: Checked<Query, unknown>) => Promise<Reply>,
): Route => ({
  ...description,
  answer: async (context, request) =>
    handle(context, {
      ...request,
      query: await validate(description.query, request.query, "query"),
    }),
});

/** Makes a route with a body; `handle` gets query and body already checked. */
export const routeWithBody = <Query, Body>(
  description: RouteDescription<Query> & { readonly body: z.ZodType<Body> },
  handle: (context: RouteContext, request: Checked<Query, Body>) => Promise<Reply>,
): Route => ({
  ...description,
  answer: async (context, request) =>
    handle(context, {
      ...request,
      query: await validate(description.query, request.query, "query"),
      body: await validate(description.body, request.body, "body"),
    }),
});
