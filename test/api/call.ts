import { expect } from "vitest";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { createApi } from "../../lambda/api/create-api.ts";
import type { LogFields } from "../../lambda/core/log.ts";
import type { Workflow } from "../../lambda/engine/workflow.ts";
import { FakeSavepoint } from "./fake-savepoint.ts";

/** An answer of the API, its body parsed. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** What tests of the API work with. */
export interface ApiUnderTest {
  readonly savepoint: FakeSavepoint;
  /** Errors that were logged. */
  readonly logged: (LogFields | undefined)[];
  readonly call: (method: string, path: string, init?: RequestInit) => Promise<Answer>;
  /** A POST of JSON. */
  readonly post: (path: string, body: unknown) => Promise<Answer>;
}

/** What the body of a failure is expected to be. */
export const failure = (code: string, message: unknown = expect.any(String)): unknown => ({
  error: expect.objectContaining({ code, message }) as unknown,
});

/** A workflow as clients know it. */
export const workflowNamed = (name: string, inputSchema?: StandardSchemaV1): Workflow => ({
  name,
  inputSchema,
  outputSchema: undefined,
  version: undefined,
  run: async () => undefined,
});

const ignore = () => {};

/** An API over an empty client that knows these workflows. */
export function apiWith(...workflows: readonly Workflow[]): ApiUnderTest {
  const savepoint = new FakeSavepoint(workflows);
  const logged: (LogFields | undefined)[] = [];
  const error = (_: string, fields?: LogFields) => logged.push(fields);
  const log = { debug: ignore, info: ignore, warn: ignore, error };
  const api = createApi({ savepoint, version: "1.2.3", log });
  const call = async (method: string, path: string, init: RequestInit = {}) => {
    const response = await api.fetch(new Request(`http://api.test${path}`, { method, ...init }));
    const text = await response.text();
    const body: unknown = text === "" ? undefined : JSON.parse(text);
    return { status: response.status, headers: response.headers, body };
  };
  const headers = { "content-type": "application/json" };
  const post = (path: string, body: unknown) =>
    call("POST", path, { headers, body: JSON.stringify(body) });
  return { savepoint, logged, call, post };
}
