import { createHash, randomBytes } from "node:crypto";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, expect, it } from "vitest";
import { apiUrl } from "../../localstack/emulators/deploy.ts";
import { EMULATED, emulatorEnvironment } from "../../localstack/emulators/environment.ts";
import type { Credentials } from "../../lambda/sigv4/index.ts";
import { CommandLine } from "../e2e/command-line.ts";
import { allowByArn, iam, textsOf } from "./iam.ts";
import { pruned } from "./live-versions.ts";
import { putSecret } from "./put-secret.ts";
import { eventually, TriedDeployment } from "./tried-deployment.ts";

let tried: TriedDeployment | undefined;
let caller: Credentials;
const clis: CommandLine[] = [];

beforeAll(async () => {
  tried = await TriedDeployment.of("iam");
  caller = await keyOf(tried);
});
afterAll(async () => {
  await Promise.all(clis.map(async (cli) => cli.close()));
  await tried?.close();
});

/** Has IAM make a key for the user that may call the API, which MiniStack's CloudFormation does not. */
async function keyOf(deployment: TriedDeployment): Promise<Credentials> {
  const UserName = deployment.output("CallerName");
  const reply = await iam(deployment.emulator, { Action: "CreateAccessKey", UserName });
  const [accessKeyId] = textsOf(reply, "AccessKeyId");
  const [secretAccessKey] = textsOf(reply, "SecretAccessKey");
  if (!accessKeyId || !secretAccessKey) throw new Error(`IAM has made no key: ${reply}`);
  return { accessKeyId, secretAccessKey };
}

function deployed(): TriedDeployment {
  if (!tried) throw new Error("nothing is deployed");
  return tried;
}

/** An output of the stack. */
const output = (name: string): string => deployed().output(name);

/** The command line as somebody with that key has it, on a machine that trusts the emulator. */
function commandLineOf(key: Credentials, more: Readonly<Record<string, string>> = {}): CommandLine {
  const cli = new CommandLine({
    ...more,
    ...emulatorEnvironment(deployed().emulator.endpoint, {}, key),
    AWS_REGION: EMULATED.region,
    NODE_EXTRA_CA_CERTS: deployed().emulator.certificate ?? "",
  });
  clis.push(cli);
  return cli;
}

it("works with no more than each function's own policy, for callers who may call it", async () => {
  const cli = commandLineOf(caller);
  const smoke = await cli.savepoint("smoke", "--iam", "--endpoint", output("ApiUrl")).ended;
  expect(smoke.out, smoke.err).toMatch(/start again[^]*event[^]*wait[^]*cancel[^]*delete/);
  expect(smoke.code).toBe(0);
});

it("starts a run by the clock, with the sweeper's own policy", async () => {
  const cli = commandLineOf(caller);
  const words = ["runs", "list", "--workflow", "tick", "--iam", "--endpoint", output("ApiUrl")];
  await eventually("run of the clock", 130_000, async () => {
    const { out, err, code } = await cli.savepoint(...words).ended;
    expect(code, err).toBe(0);
    return /^minutely@\S+ +tick +succeeded/m.test(out) ? true : undefined;
  });
});

it("reads secrets with the authorizer's and the worker's own policies", async () => {
  const token = randomBytes(32).toString("base64url");
  const tokens = { tests: createHash("sha256").update(token).digest("hex") };
  await putSecret(deployed().connection, output("TokensSecret"), JSON.stringify({ tokens }));
  await allowByArn(deployed(), output("TokensSecret"), output("OpenAiSecret"));
  const api = apiUrl(deployed().connection.endpoint, output("ByTokenApiUrl"));
  const cli = commandLineOf(caller, { SAVEPOINT_TOKEN: token });
  const smoke = await cli.savepoint("smoke", "--endpoint", api).ended;
  expect(smoke.out, smoke.err).toMatch(/start again[^]*event[^]*wait[^]*cancel[^]*delete/);

  const model = { kind: "openai", api: "responses", small: "small", large: "large" };
  const input = { topic: "durable execution", maxIterations: 1, model, corpus: "sample" };
  const start = ["start", "research", "--id", "r", "--input", JSON.stringify(input)];
  const started = await cli.savepoint(...start, "--endpoint", api).ended;
  expect(started.code, started.err).toBe(0);
  const research = await cli.savepoint("runs", "watch", "r", "--endpoint", api).ended;
  expect(research.out, research.err).toContain("What was found");
  expect(new Set(deployed().model.requests.map(({ authorization }) => authorization))).toEqual(
    new Set(["Bearer key-from-the-secret"]),
  );

  const wrong = commandLineOf(caller, { SAVEPOINT_TOKEN: `${token}x` });
  const list = await wrong.savepoint("runs", "list", "--endpoint", api).ended;
  expect(list.err).toContain("these credentials do not allow this request");
});

it("looks for old versions with the pruner's own policy", async () => {
  expect(await pruned(new LambdaClient(deployed().connection))).toEqual([undefined, undefined]);
});

it("refuses who has a wrong key, or none", async () => {
  const api = output("ApiUrl");
  const wrong = commandLineOf({ ...caller, secretAccessKey: "wrong" });
  const list = await wrong.savepoint("runs", "list", "--iam", "--endpoint", api).ended;
  expect(list.code).toBe(1);
  expect(list.err).toMatch(/signature|forbidden|403/i);
  const unsigned = await wrong.savepoint("runs", "list", "--endpoint", api).ended;
  expect(unsigned.code).toBe(1);
  expect(unsigned.err).toMatch(/sign the request|forbidden|403/i);
});
