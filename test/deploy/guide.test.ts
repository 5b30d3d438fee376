import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, expect, it } from "vitest";
import { apiUrl } from "../../localstack/emulators/deploy.ts";
import { EMULATED, emulatorEnvironment } from "../../localstack/emulators/environment.ts";
import { type MiniStack, startMiniStack } from "../../localstack/emulators/ministack.ts";
import { freePort } from "./tried-deployment.ts";

/** Commands of the guide, block by block, but for those that are said to be for AWS alone. */
const blocks = [...readFileSync("docs/deploy.md", "utf8").matchAll(/(.*)\n\n```sh\n([^]*?)```/g)]
  .filter(([, before = ""]) => !before.includes("_AWS only"))
  .map(([, , commands = ""]) => commands);
const OUTPUTS = ".savepoint/outputs.json";

let directory: string;
let emulator: MiniStack;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "savepoint-guide-"));
  emulator = await startMiniStack({ directory, port: await freePort() });
});
afterAll(async () => {
  await emulator.stop();
  rmSync(directory, { recursive: true });
});

/** Runs commands in one shell that keeps its variables for the next; what it has printed. */
async function shell(commands: string): Promise<string> {
  const variables = join(directory, "variables");
  const script = `set -euo pipefail\n[ -e ${variables} ] && . ${variables}\nset -a\n${commands}\nexport -p > ${variables}`;
  const child = spawn("bash", ["-c", script], {
    env: emulatorEnvironment(emulator.endpoint, process.env),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = (await once(child, "close")) as [number | null];
  const [out, err] = await said;
  if (code !== 0) throw new Error(`${commands}\nhas failed with code ${code}:\n${out}\n${err}`);
  return out;
}

interface StackOutputs {
  readonly Savepoint: { readonly ApiUrl: string; readonly TokensSecretArn: string };
}

const outputs = () => JSON.parse(readFileSync(OUTPUTS, "utf8")) as StackOutputs;

/** What AWS's own command line does in the guide. */
async function putTokens(tokens: string): Promise<void> {
  const { endpoint } = emulator;
  const { region, credentials } = EMULATED;
  const client = new SecretsManagerClient({ endpoint, region, credentials });
  const { TokensSecretArn: SecretId } = outputs().Savepoint;
  await client.send(new PutSecretValueCommand({ SecretId, SecretString: tokens }));
}

it("leads to a deployment that works, word by word, and takes it down again", async () => {
  const [bootstrap = "", deploy = "", address = "", token = "", use = "", takeDown = ""] = blocks;
  expect(blocks).toHaveLength(6);
  await shell(bootstrap);
  await shell(deploy);
  // The host of AWS that a template names is the emulator here.
  const { ApiUrl } = outputs().Savepoint;
  const here = apiUrl(emulator.endpoint, ApiUrl);
  writeFileSync(OUTPUTS, readFileSync(OUTPUTS, "utf8").replace(ApiUrl, here));
  await shell(address);
  await putTokens((await shell(`${token}\nprintf %s "$TOKENS"`)).trim());
  const said = await shell(use);
  expect(said).toMatch(/ok {6}start again[^]*ok {6}cancel/);
  expect(said).toMatch(/first[^]*research/);
  await shell(takeDown);
});
