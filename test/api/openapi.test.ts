import { describe, expect, test } from "vitest";
import * as z from "zod";
import { ROUTES } from "../../lambda/api/routes.ts";
import { apiWith } from "./call.ts";

const Operation = z.object({
  operationId: z.string(),
  summary: z.string(),
  parameters: z.array(
    z.object({
      name: z.string(),
      in: z.enum(["path", "query", "header"]),
      required: z.literal(true).optional(),
      description: z.string().optional(),
      schema: z.record(z.string(), z.unknown()),
    }),
  ),
  requestBody: z
    .object({ required: z.boolean(), content: z.record(z.string(), z.unknown()) })
    .optional(),
  responses: z.record(
    z.string(),
    z.object({ description: z.string(), content: z.record(z.string(), z.unknown()) }),
  ),
});

const Document = z.object({
  openapi: z.literal("3.1.0"),
  info: z.object({ title: z.string(), version: z.string() }),
  paths: z.record(z.string(), z.record(z.string(), Operation)),
  components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
});

const { body } = await apiWith().call("GET", "/openapi.json");
const document = Document.parse(body);
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
);

describe("the OpenAPI document", () => {
  test("has the version of the deployed code", () => {
    expect(document.info.version).toBe("1.2.3");
  });

  test("describes every route, each under a name of its own", () => {
    const described = operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    expect(described.sort()).toEqual(ROUTES.map(({ method, path }) => `${method} ${path}`).sort());
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  });

  test("has no two paths that differ only by the name of a parameter", () => {
    const shapes = Object.keys(document.paths).map((path) => path.replaceAll(/\{\w+\}/g, "{}"));
    expect(new Set(shapes).size).toBe(shapes.length);
  });

  test.each(operations)(
    "$method $path names the parameters of its path",
    ({ path, parameters }) => {
      const inPath = parameters.filter((one) => one.in === "path");
      expect(inPath.map(({ name }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? []);
      expect(inPath.every(({ required }) => required)).toBe(true);
    },
  );

  test("says which bodies may be left out, and where a key is honoured", () => {
    const named = Object.fromEntries(operations.map((one) => [one.operationId, one]));
    expect(named["cancelRun"]?.requestBody?.required).toBe(false);
    expect(named["sendEvent"]?.requestBody?.required).toBe(true);
    expect(named["sendEvent"]?.parameters.map(({ name }) => name)).toEqual([
      "id",
      "name",
      "Idempotency-Key",
    ]);
    expect(named["listRuns"]?.parameters.find(({ name }) => name === "attribute")?.schema).toEqual({
      type: "array",
      items: { type: "string", pattern: "^[A-Za-z0-9._-]{1,50}:" },
    });
  });

  test("says what numbers in a query may be", () => {
    const parameters = Object.fromEntries(
      operations.flatMap((one) =>
        one.parameters.map(({ name, schema }) => [name, schema] as const),
      ),
    );
    expect(parameters["wait"]).toEqual({ type: "integer", minimum: 0, maximum: 20 });
    expect(parameters["limit"]).toEqual({ type: "integer", minimum: 1, maximum: 200 });
    expect(parameters["since"]).toMatchObject({ type: "integer", minimum: 0 });
    expect(parameters["status"]).toMatchObject({
      type: "array",
      items: { enum: expect.arrayContaining(["blocked"]) as unknown },
    });
  });

  test("refers to nothing that is not there", () => {
    const references = [
      ...JSON.stringify(body).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g),
    ];
    expect(references.length).toBeGreaterThan(0);
    expect(references.map(([, name]) => name)).toSatisfy((names: string[]) =>
      names.every((name) => name in document.components.schemas),
    );
  });
});
