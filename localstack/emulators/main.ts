/**
 * Emulators of AWS: `main.ts start` runs MiniStack until Ctrl-C; `main.ts deploy [-c name=value …]` and
 * `main.ts destroy` deploy this repository's CDK app to it, or to another emulator at `--endpoint`.
 */
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Deploy, deploy, destroy } from "./deploy.ts";
import { startMiniStack } from "./ministack.ts";

// The SDK would announce the end of its support for older Nodes.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    endpoint: { type: "string", default: "http://127.0.0.1:4566" },
    context: { type: "string", short: "c", multiple: true, default: [] },
  },
});
const print = (text: string): void => void process.stdout.write(text);
const target: Deploy = {
  endpoint: values.endpoint,
  project: REPOSITORY,
  choices: values.context.flatMap((choice) => ["-c", choice]),
  variables: process.env,
  print,
};

async function start(): Promise<void> {
  const port = Number(new URL(values.endpoint).port || 4566);
  const directory = fileURLToPath(new URL("../../.savepoint/emulator", import.meta.url));
  const emulator = await startMiniStack({ directory, port });
  print(`MiniStack answers at ${emulator.endpoint}; log ${emulator.log}; Ctrl-C ends it\n`);
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  await emulator.stop();
}

const commands: Readonly<Record<string, () => Promise<void>>> = {
  start,
  deploy: async () => print(`${JSON.stringify(await deploy(target), null, 2)}\n`),
  destroy: async () => destroy(target),
};
const [name = ""] = positionals;
const command = commands[name];
if (!command) throw new Error(`"${name}" is none of ${Object.keys(commands).join(", ")}`);
await command();
