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
  const [apis, roles, alarms] = await Promise.all([
    asked("apigateway", new Request(`${endpoint}/restapis`)),
    named(endpoint, "iam", { Action: "ListRoles", Version: "2010-05-08" }, "RoleName"),
    named(endpoint, "monitoring", { Action: "DescribeAlarms", Version: "2010-08-01" }, "AlarmName"),
  ]);
  return {
    tables: tables.TableNames ?? [],
    functions: (functions.Functions ?? []).map(({ FunctionName = "" }) => FunctionName),
    secrets: (secrets.SecretList ?? []).map(({ Name = "" }) => Name),
    queues: queues.QueueUrls ?? [],
    logGroups: logGroups.logGroups.map(({ logGroupName }) => logGroupName),
    rules: rules.Rules.map(({ Name }) => Name),
    apis: REST_APIS.parse(JSON.parse(apis)).item.map(({ name }) => name),
    roles: roles.filter((name) => !BOOTSTRAPPED.test(name)),
    alarms,
  };
}

const LOG_GROUPS = z.object({ logGroups: z.array(z.object({ logGroupName: z.string() })) });
const RULES = z.object({ Rules: z.array(z.object({ Name: z.string() })) });

const REST_APIS = z.object({ item: z.array(z.object({ name: z.string() })) });
/** Roles that `cdk bootstrap` made, and that stay. */
const BOOTSTRAPPED = /^cdk-/;

/** Asks a service that none of the project's dependencies is a client of. */
async function list<T>(
  endpoint: string,
  service: string,
  target: string,
  reply: z.ZodType<T>,
): Promise<T> {
  const headers = { "content-type": "application/x-amz-json-1.1", "x-amz-target": target };
  const request = new Request(endpoint, { method: "POST", headers, body: "{}" });
  return reply.parse(JSON.parse(await asked(service, request)));
}

/** Names that a service lists which speaks AWS' query protocol, and so XML. */
async function named(
  endpoint: string,
  service: string,
  call: Readonly<Record<"Action" | "Version", string>>,
  tag: string,
): Promise<string[]> {
  const request = new Request(endpoint, { method: "POST", body: new URLSearchParams(call) });
  const names = (await asked(service, request)).matchAll(new RegExp(`<${tag}>([^<]+)<`, "g"));
  return Array.from(names, ([, name = ""]) => name);
}

async function asked(service: string, request: Request): Promise<string> {
  const { region, credentials } = EMULATED;
  const response = await fetch(await sigV4({ service, region, credentials })(request));
  if (!response.ok) throw new Error(`${service} answers ${response.status}`);
  return response.text();
}
