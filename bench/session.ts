import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { connect, createDynamoDBClient } from "../lambda/client/connect.ts";
import { CALL_TIMEOUTS } from "../lambda/core/call-timeouts.ts";
import type { Savepoint } from "../lambda/index.ts";
import { createSqsClient } from "../lambda/queue/sqs-hints.ts";
import { TABLE_NAME } from "../localstack/embedded/resources.ts";
import { freshPartition, type PutPlace } from "./bare-put.ts";
import { type StackAddress, type StackProcess, startStackProcess } from "./stack-process.ts";
import { createWorkflows } from "./workflows.ts";

/** A running stack and a client of it in this process. */
export interface Session {
  readonly stack: StackProcess;
  readonly savepoint: Savepoint;
  /** Where this process makes bare puts: through the client that `savepoint` uses. */
  readonly bare: PutPlace;
}

/** Where a benchmark keeps its files, and how much of everything it does. */
export interface Setting {
  /** A folder that nothing else uses. */
  readonly directory: string;
  /** URL of the server that answers `{}`. */
  readonly emptyServer: string;
  readonly isQuick: boolean;
}

/** The benchmark's workflows as a client names them; their bodies run in the worker only. */
export const workflows = createWorkflows(() => {
  throw new Error("a body of a benchmark's step ran outside its worker");
});

/** Starts a stack in a folder and connects to it as a program outside of it does. */
export async function openSession(directory: string, emptyServer: string): Promise<Session> {
  const stack = await startStackProcess(directory, emptyServer);
  const { savepoint, client } = connectTo(stack.address);
  return {
    stack,
    savepoint,
    bare: { client, table: TABLE_NAME, partition: freshPartition(String(process.pid)) },
  };
}

/** A client of embedded services, and what it calls DynamoDB with. */
export function connectTo({ awsEndpoint, queueUrl, token }: StackAddress): {
  readonly savepoint: Savepoint;
  readonly client: DynamoDBClient;
} {
  const config = {
    endpoint: awsEndpoint,
    region: "us-east-1",
    credentials: { accessKeyId: token, secretAccessKey: "signatures-are-not-checked" },
  };
  const client = createDynamoDBClient(config);
  const sqs = createSqsClient({ ...config, requestHandler: CALL_TIMEOUTS });
  return { savepoint: connect({ table: TABLE_NAME, queueUrl, dynamodb: client, sqs }), client };
}
