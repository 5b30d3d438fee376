import { createDynamoDBClient } from "../lambda/client/connect.ts";
import { ENV } from "../lambda/core/environment.ts";
import { createWorker } from "../lambda/index.ts";
import { EMPTY_SERVER_URL } from "./bare-put.ts";
import { createWorkflows } from "./workflows.ts";

const table = process.env[ENV.table] ?? "";
const client = createDynamoDBClient();
const toEmpty = createDynamoDBClient({ endpoint: process.env[EMPTY_SERVER_URL] ?? "" });

const workflows = createWorkflows(() => ({
  stack: { client, table },
  empty: { client: toEmpty, table },
}));

/** The benchmark's worker; its bare puts go through the very client that the engine uses. */
export const handler = createWorker({ workflows: Object.values(workflows), dynamodb: client });
