import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { ListSecretsCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import * as z from "zod";
import { sigV4 } from "../../lambda/sigv4/index.ts";
import { EMULATED } from "../../localstack/emulators/environment.ts";

/** What an account holds, by kind: names. */
export type Inventory = Readonly<Record<string, readonly string[]>>;

/** Lists what an emulator holds of each kind of thing that a deployment is made of. */
export async function inventoryOf(endpoint: string): Promise<Inventory> {
  const { region, credentials } = EMULATED;
  const at = { endpoint, region, credentials };
  const [tables, functions, secrets, queues, logGroups, rules] = await Promise.all([
    new DynamoDBClient(at).send(new ListTablesCommand({})),
    new LambdaClient(at).send(new ListFunctionsCommand({})),
    new SecretsManagerClient(at).send(new ListSecretsCommand({})),
    new SQSClient(at).send(new ListQueuesCommand({})),
    list(endpoint, "logs", "Logs_20140328.DescribeLogGroups", LOG_GROUPS),
    list(endpoint, "events", "AWSEvents.ListRules", RULES),
  ]);
  return {
    tables: tables.TableNames ?? [],
    functions: (functions.Functions ?? []).map(({ FunctionName = "" }) => FunctionName),
    secrets: (secrets.SecretList ?? []).map(({ Name = "" }) => Name),
    queues: queues.QueueUrls ?? [],
    logGroups: logGroups.logGroups.map(({ logGroupName }) => logGroupName),
    rules: rules.Rules.map(({ Name }) => Name),
  };
}

const LOG_GROUPS = z.object({ logGroups: z.array(z.object({ logGroupName: z.string() })) });
const RULES = z.object({ Rules: z.array(z.object({ Name: z.string() })) });

/** Asks a service that none of the project's dependencies is a client of. */
async function list<T>(
  endpoint: string,
  service: string,
  target: string,
  reply: z.ZodType<T>,
): Promise<T> {
  const { region, credentials } = EMULATED;
  const headers = { "content-type": "application/x-amz-json-1.1", "x-amz-target": target };
  const request = new Request(endpoint, { method: "POST", headers, body: "{}" });
  const response = await fetch(await sigV4({ service, region, credentials })(request));
  return reply.parse(await response.json());
}
