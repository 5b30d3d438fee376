import { afterAll, beforeAll, expect, it } from "vitest";
import { EMULATED, emulatorEnvironment } from "../../localstack/emulators/environment.ts";
import { CommandLine } from "../e2e/command-line.ts";
import { TriedDeployment } from "./tried-deployment.ts";

let tried: TriedDeployment;
const clis: CommandLine[] = [];

beforeAll(async () => {
  tried = await TriedDeployment.of("iam");
});
afterAll(async () => {
  await Promise.all(clis.map(async (cli) => cli.close()));
  await tried.close();
});

/** The command line as somebody with that key has it, on a machine that trusts the emulator. */
function commandLineOf(id: string, secret: string): CommandLine {
  const cli = new CommandLine({
    ...emulatorEnvironment(tried.emulator.endpoint, {}, { id, secret }),
    AWS_REGION: EMULATED.region,
    NODE_EXTRA_CA_CERTS: tried.emulator.certificate ?? "",
  });
  clis.push(cli);
  return cli;
}

it("works with no more than each function's own policy, for callers who may call it", async () => {
  const cli = commandLineOf(tried.output("CallerKeyId"), tried.output("CallerKeySecret"));
  const smoke = await cli.savepoint("smoke", "--iam", "--endpoint", tried.output("ApiUrl")).ended;
  expect(smoke.out, smoke.err).toMatch(/start again[^]*event[^]*wait[^]*cancel[^]*delete/);
  expect(smoke.code).toBe(0);
});

it("refuses who has a wrong key, or none", async () => {
  const api = tried.output("ApiUrl");
  const wrong = commandLineOf(tried.output("CallerKeyId"), "wrong");
  const list = await wrong.savepoint("runs", "list", "--iam", "--endpoint", api).ended;
  expect(list.code).toBe(1);
  expect(list.err).toMatch(/signature|forbidden|403/i);
  const unsigned = await wrong.savepoint("runs", "list", "--endpoint", api).ended;
  expect(unsigned.code).toBe(1);
  expect(unsigned.err).toMatch(/sign the request|forbidden|403/i);
});
