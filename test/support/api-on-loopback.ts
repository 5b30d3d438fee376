import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import * as z from "zod";
import { createApi } from "../../lambda/api/create-api.ts";
import { createSavepoint, type NamedSavepoint } from "../../lambda/client/savepoint.ts";
import { workflow } from "../../lambda/index.ts";
import { proxyResult, requestFrom } from "../../lambda/functions/proxy-event.ts";
import type { Log } from "../../lambda/core/log.ts";
import { openStore } from "../../lambda/store/store.ts";
import { seededIds } from "../../lambda/testing/seeded-ids.ts";
import { createDynamoDB } from "../../localstack/embedded/dynamodb/dynamodb.ts";
import type { Control } from "../../localstack/embedded/control-routes.ts";
import { openFront } from "../../localstack/embedded/http-front.ts";
import { createResources, TABLE_NAME } from "../../localstack/embedded/resources.ts";
import { inProcessHandler } from "../../localstack/embedded/sdk-handler.ts";
import { createSqs } from "../../localstack/embedded/sqs/sqs.ts";
import type { APIGatewayProxyEvent } from "aws-lambda";
import { stillClock } from "./test-store.ts";

/** An API that is reached over a socket, through all that stands before its client. */
export interface ApiOnLoopback {
  readonly port: number;
  readonly token: string;
  readonly savepoint: NamedSavepoint;
  /** What was written or sent since this was last asked. */
  readonly effects: () => string[];
  /** Failures that were logged. */
  readonly failures: unknown[];
  readonly close: () => void;
}

const ignore = () => {};

const logOf = (failures: unknown[]): Log => ({
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: (message, fields) => void failures.push([message, fields]),
});

const WRITES = new Set(["PutItem", "UpdateItem", "DeleteItem"]);
const WORKFLOWS = [
  workflow("any", {}, async (_, input) => input),
  workflow("digest", { input: z.object({ id: z.number() }) }, async (_, input) => input),
];

const CONTROL: Control = {
  info: () => ({}),
  stop: ignore,
  reload: () => Promise.reject(new Error("nothing to reload")),
  crashAfter: ignore,
};

/** Opens it over an empty table that knows the workflows `any` and `digest`. */
export async function apiOnLoopback(): Promise<ApiOnLoopback> {
  let effects: string[] = [];
  const failures: unknown[] = [];
  const log = logOf(failures);
  const dynamodb = createDynamoDB({
    clock: stillClock,
    faults: {
      observe: ({ action, error, input }) => {
        if (error === undefined && WRITES.has(action))
          effects.push(`${action} ${JSON.stringify(input).slice(0, 200)}`);
      },
    },
  });
  await createResources(dynamodb, createSqs({ clock: stillClock }));
  const client = new DynamoDBClient({
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
    requestHandler: inProcessHandler(dynamodb.handler),
  });
  const ids = seededIds(1);
  const unused = () => Promise.reject(new Error("a client only sends hints"));
  const savepoint = createSavepoint(
    {
      store: openStore({ client, table: TABLE_NAME, clock: stillClock, ids }),
      ids,
      clock: stillClock,
      log,
      hints: {
        send: async ({ run }) => void effects.push(`hint ${run}`),
        hide: unused,
        hideAll: unused,
        delete: unused,
      },
    },
    new Map(WORKFLOWS.map((one) => [one.name, one])),
  );
  const api = createApi({ savepoint, version: "1", log });
  const token = "the-token-of-this-start";
  const front = await openFront({
    // As between processes: what crosses is JSON.
    invoke: async (_, event) => {
      const given = JSON.parse(JSON.stringify(event)) as APIGatewayProxyEvent;
      return {
        ok: true,
        payload: JSON.stringify(await proxyResult(await api.fetch(requestFrom(given)))),
      };
    },
    control: CONTROL,
    token,
    tokenFile: "/project/.savepoint/stack.json",
    clock: stillClock,
    log,
    newId: () => "request",
  });
  return {
    port: Number(new URL(front.url).port),
    token,
    savepoint,
    failures,
    effects() {
      const since = effects;
      effects = [];
      return since;
    },
    close: front.close,
  };
}
