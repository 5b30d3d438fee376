import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { Agent } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient, UpdateTimeToLiveCommand } from "@aws-sdk/client-dynamodb";
import { TABLE } from "../../lambda/store/schema.ts";
import { EMULATED, emulatorEndpoint, emulatorEnvironment } from "./environment.ts";

/** Which app is deployed, and where. */
export interface Deploy {
  /** Of the emulator. */
  readonly endpoint: string;
  /** File of the certificate that the emulator answers with, when nobody trusts it by themselves. */
  readonly certificate?: string;
  /** Folder of the CDK app: of its `cdk.json`. */
  readonly project: string;
  /** Arguments for `cdk`, as `-c auth=tokens`. */
  readonly choices?: readonly string[];
  /** Variables of this process. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Gets what the CDK command line prints. */
  readonly print: (text: string) => void;
}

/** What a stack tells of itself, by the name of the output. */
export type Outputs = Readonly<Record<string, string>>;

/** Characters shown of what a command that fails has said last. */
const SHOWN = 2_000;
const CDK = createRequire(import.meta.url).resolve("aws-cdk/bin/cdk");

/**
 * Deploys a CDK app to an emulator by the very commands that deploy it to AWS, and then does what the
 * emulators leave out.
 * @returns the outputs of each stack; `ApiUrl` is where the emulator answers
 * @throws Error for an endpoint that is not on this machine, and when a command fails
 */
export async function deploy(options: Deploy): Promise<Readonly<Record<string, Outputs>>> {
  const endpoint = emulatorEndpoint(options.endpoint);
  const scratch = mkdtempSync(join(tmpdir(), "savepoint-deploy-"));
  try {
    const outputsFile = join(scratch, "outputs.json");
    await cdk(options, "bootstrap", `aws://${EMULATED.account}/${EMULATED.region}`);
    await cdk(
      options,
      "deploy",
      "--all",
      "--require-approval",
      "never",
      "--outputs-file",
      outputsFile,
    );
    const stacks = JSON.parse(readFileSync(outputsFile, "utf8")) as Record<string, Outputs>;
    for (const [name, outputs] of Object.entries(stacks)) {
      stacks[name] = { ...outputs, ApiUrl: apiUrl(endpoint, outputs["ApiUrl"] ?? "") };
      await expireItems(options, outputs["TableName"] ?? "");
    }
    return stacks;
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** Deletes what was deployed. */
export const destroy = async (options: Deploy): Promise<void> =>
  cdk(options, "destroy", "--all", "--force");

/** Where an emulator answers: outputs name a host of AWS, which an emulated id must never be sent to. */
export function apiUrl(endpoint: string, told: string): string {
  const { hostname, pathname } = new URL(told);
  return `${endpoint}/_aws/execute-api/${hostname.split(".", 1)[0]}${pathname.replace(/\/$/, "")}`;
}

/** MiniStack's CloudFormation leaves a table's time to live out. */
async function expireItems({ endpoint, certificate }: Deploy, table: string): Promise<void> {
  const ca = certificate === undefined ? undefined : readFileSync(certificate);
  const requestHandler = { httpsAgent: new Agent({ ca }) };
  const { region, credentials } = EMULATED;
  const client = new DynamoDBClient({ endpoint, region, credentials, requestHandler });
  const TimeToLiveSpecification = { AttributeName: TABLE.ttl, Enabled: true };
  await client.send(new UpdateTimeToLiveCommand({ TableName: table, TimeToLiveSpecification }));
  client.destroy();
}

async function cdk(options: Deploy, command: string, ...words: readonly string[]): Promise<void> {
  const { endpoint, certificate, project, choices = [], variables, print } = options;
  const child = spawn(process.execPath, [CDK, command, ...words, ...choices], {
    cwd: project,
    env: {
      ...emulatorEnvironment(endpoint, variables),
      ...(certificate !== undefined && { AWS_CA_BUNDLE: certificate }),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-SHOWN);
      print(text);
    });
  }
  const [code] = (await once(child, "close")) as [number | null];
  if (code === 0) return;
  throw new Error(`cdk ${command} has failed with code ${code}; it ended with:\n${said}`);
}
