import * as z from "zod";
import type { Route } from "./route.ts";
import { Failure } from "./schemas.ts";

const TEXT = { type: "string" };
const ERROR = { $ref: "#/components/schemas/Failure" };

/** The OpenAPI 3.1 document of some routes (https://spec.openapis.org/oas/v3.1.0). */
export function openApiDocument(routes: readonly Route[], version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Savepoint",
      version,
      description: "Durable workflows: start runs, look at them and control them.",
    },
    paths,
    components: { schemas: { Failure: jsonSchema(Failure, "output") } },
  };
}

function operation(route: Route): object {
  const { operationId, summary, query, body, isBodyOptional = false, replies } = route;
  const responses: Record<string, object> = {};
  for (const [status, { description, schema }] of Object.entries(replies)) {
    const content = json(schema ? jsonSchema(schema, "output") : ERROR);
    responses[status] = { description, content };
  }
  return {
    operationId,
    summary,
    parameters: [...pathParameters(route), ...queryParameters(query), ...headerParameters(route)],
    ...(body && {
      requestBody: { required: !isBodyOptional, content: json(jsonSchema(body, "input")) },
    }),
    responses: {
      ...responses,
      default: { description: "Any other error", content: json(ERROR) },
    },
  };
}

const json = (schema: object): object => ({ "application/json": { schema } });

const pathParameters = ({ id, name, token }: Route): object[] =>
  Object.entries({ id, name, token }).flatMap(([parameter, description]) =>
    description === undefined
      ? []
      : [{ name: parameter, in: "path", required: true, description, schema: TEXT }],
  );

const headerParameters = ({ idempotencyKey: description }: Route): object[] =>
  description === undefined
    ? []
    : [{ name: "Idempotency-Key", in: "header", description, schema: TEXT }];

const queryParameters = (query: z.ZodObject): object[] =>
  Object.entries(query.shape).map(([name, schema]) => {
    const { description, ...rest } = jsonSchema(schema, "output");
    return { name, in: "query", ...(description !== undefined && { description }), schema: rest };
  });

function jsonSchema(schema: z.core.$ZodType, io: "input" | "output"): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io });
  return rest;
}
