import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { EMULATED, emulatorEnvironment } from "../../localstack/emulators/environment.ts";
import { type Credentials, sigV4 } from "../../lambda/sigv4/index.ts";
import { CommandLine } from "../e2e/command-line.ts";
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
  const { endpoint, certificate = "" } = deployment.emulator;
  const { region, credentials } = EMULATED;
  const sign = sigV4({ service: "iam", region, credentials });
  const action = { Action: "CreateAccessKey", UserName: deployment.output("CallerName") };
  const body = new URLSearchParams({ ...action, Version: "2010-05-08" }).toString();
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const signed = await sign(new Request(endpoint, { method: "POST", headers, body }));
  const call = request(endpoint, {
    method: "POST",
    headers: Object.fromEntries(signed.headers),
    ca: readFileSync(certificate),
  });
  call.end(body);
  const [response] = (await once(call, "response")) as [IncomingMessage];
  const reply = await text(response);
  const [, accessKeyId] = /<AccessKeyId>(.*)<\/AccessKeyId>/.exec(reply) ?? [];
  const [, secretAccessKey] = /<SecretAccessKey>(.*)<\/SecretAccessKey>/.exec(reply) ?? [];
  if (!accessKeyId || !secretAccessKey) throw new Error(`IAM has made no key: ${reply}`);
  return { accessKeyId, secretAccessKey };
}

/** An output of the stack. */
function output(name: string): string {
  if (!tried) throw new Error("nothing is deployed");
  return tried.output(name);
}

/** The command line as somebody with that key has it, on a machine that trusts the emulator. */
function commandLineOf(key: Credentials): CommandLine {
  const cli = new CommandLine({
    ...emulatorEnvironment(tried?.emulator.endpoint ?? "", {}, key),
    AWS_REGION: EMULATED.region,
    NODE_EXTRA_CA_CERTS: tried?.emulator.certificate ?? "",
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
