import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ENV } from "../../lambda/core/environment.ts";
import { apiUrl } from "../../localstack/emulators/deploy.ts";
import { EMULATED, emulatorEnvironment } from "../../localstack/emulators/environment.ts";
import { type MiniStack, startMiniStack } from "../../localstack/emulators/ministack.ts";
import { type Corpus, corpusOf, loadCorpus } from "../../localstack/hn/corpus.ts";
import { descendants, FIRST_SAMPLE_ID } from "../../localstack/hn/item.ts";
import { type HnSimulator, startHnSimulator } from "../../localstack/hn/server.ts";
import { putSecret } from "./put-secret.ts";
import { freePort } from "./tried-deployment.ts";

/** Commands of the guide, block by block, but for those that are said to be for AWS alone. */
const blocks = [...readFileSync("docs/deploy.md", "utf8").matchAll(/(.*)\n\n```sh\n([^]*?)```/g)]
  .filter(([, before = ""]) => !before.includes("_AWS only"))
  .map(([, , commands = ""]) => commands);
const OUTPUTS = ".savepoint/outputs.json";

let directory: string;
let hn: HnSimulator;
let emulator: MiniStack;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "savepoint-guide-"));
  // The guide's run reads the live Hacker News, which is this one here.
  hn = await startHnSimulator({ accessLog: join(directory, "hn.log"), corpus: liveCorpus() });
  const variables = { [ENV.hnUrl]: hn.url };
  emulator = await startMiniStack({ directory, port: await freePort(), variables });
});
afterAll(async () => {
  await emulator.stop();
  await hn.close();
  rmSync(directory, { recursive: true });
});

/** The sample corpus under ids that real items have: a run that searches the live one takes no others. */
function liveCorpus(): Corpus {
  const { stories } = loadCorpus();
  for (const item of stories.flatMap((story) => [story, ...descendants(story)])) {
    Object.assign(item, { id: item.id - FIRST_SAMPLE_ID + 1 });
  }
  return corpusOf(stories);
}

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

interface Manifest {
  readonly devDependencies: Readonly<Record<string, string>>;
}

const outputs = () => JSON.parse(readFileSync(OUTPUTS, "utf8")) as StackOutputs;

it("leads to a deployment that works, word by word, and takes it down again", async () => {
  expect(blocks).toHaveLength(7);
  const [install = "", bootstrap = "", deploy = "", address = "", ...rest] = blocks;
  const [token = "", use = "", takeDown = ""] = rest;
  // Not here, where it would take away the packages that this test runs on: each change begins with it.
  expect(readFileSync(".ci/run", "utf8")).toContain(`install '${install.trim()}'`);
  const { devDependencies } = JSON.parse(readFileSync("package.json", "utf8")) as Manifest;
  expect(await shell("npx cdk --version")).toContain(devDependencies["aws-cdk"]);
  await shell(bootstrap);
  await shell(deploy);
  // The host of AWS that a template names is the emulator here.
  const { ApiUrl } = outputs().Savepoint;
  const here = apiUrl(emulator.endpoint, ApiUrl);
  writeFileSync(OUTPUTS, readFileSync(OUTPUTS, "utf8").replace(ApiUrl, here));
  await shell(address);
  const tokens = (await shell(`${token}\nprintf %s "$TOKENS"`)).trim();
  const { endpoint } = emulator;
  const { region, credentials } = EMULATED;
  await putSecret({ endpoint, region, credentials }, outputs().Savepoint.TokensSecretArn, tokens);
  const said = await shell(use);
  expect(said).toMatch(/ok {6}start again[^]*ok {6}cancel/);
  // Watching it has ended well only if the run has succeeded.
  expect(said).toContain("## Key findings");
  expect(readFileSync(join(directory, "hn.log"), "utf8")).toContain("/search");
  await shell(takeDown);
});
