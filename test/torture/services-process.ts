import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";

const SCRIPT = fileURLToPath(new URL("fixtures/services.ts", import.meta.url));
const TOKEN = "torture";

/** The embedded DynamoDB and SQS in a process of their own, and clients of it that never retry. */
export interface Services {
  readonly dynamodb: DynamoDBClient;
  readonly sqs: SQSClient;
  /** URL of a queue by its name. */
  readonly queueUrl: (name: string) => string;
  /** SIGKILL; resolves once the process is gone. */
  readonly kill: () => Promise<void>;
}

/** Starts the process over the journals of a folder. */
export async function startServices(dir: string): Promise<Services> {
  const child: ChildProcess & { stdout: NonNullable<ChildProcess["stdout"]> } = spawn(
    process.execPath,
    ["--import", "tsx", SCRIPT, dir, TOKEN],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const ended = once(child, "exit");
  const endpoint = await Promise.race([
    once(createInterface({ input: child.stdout }), "line").then(([line]) => String(line)),
    ended.then(([code]) => Promise.reject(new Error(`the services ended with ${code}`))),
  ]);
  const aws = {
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: TOKEN, secretAccessKey: "unchecked" },
    maxAttempts: 1,
  };
  const dynamodb = new DynamoDBClient(aws);
  const sqs = new SQSClient(aws);
  return {
    dynamodb,
    sqs,
    queueUrl: (name) => `${endpoint}/000000000000/${name}`,
    async kill() {
      child.kill("SIGKILL");
      await ended;
      dynamodb.destroy();
      sqs.destroy();
    },
  };
}
