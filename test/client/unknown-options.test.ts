import { expect, it } from "vitest";
import { connect, workflow } from "../../lambda/index.ts";
import { connect as connectOverHttp } from "../../lambda/http/index.ts";
import { clientOverFake } from "../http/over-fake.ts";
import { clientUnderTest } from "./client-of.ts";

const pay = workflow("pay", {}, async (_, input: number) => input);

/** Each call of a client, with an option that is misspelt, and what it should have been. */
const misspelt: readonly (readonly [call: string, option: string, meant: string])[] = [
  ["start", "timout", "timeout"],
  ["start", "ID", "id"],
  ["list", "stauts", "status"],
  ["bulk filter", "staus", "status"],
  ["bulk options", "dryrun", "dryRun"],
  ["completeToken", "idempotencykey", "idempotencyKey"],
  ["send", "idempotencyKeys", "idempotencyKey"],
  ["cancel", "reson", "reason"],
  ["terminate", "reasons", "reason"],
  ["delete", "childern", "children"],
  ["fork", "form", "from"],
  ["result", "timeOut", "timeout"],
  ["wait", "signall", "signal"],
];

interface AnyClient {
  start(...given: unknown[]): Promise<unknown>;
  list(...given: unknown[]): Promise<unknown>;
  bulk(...given: unknown[]): Promise<unknown>;
  completeToken(...given: unknown[]): Promise<unknown>;
  get(id: string): Record<string, (...given: unknown[]) => Promise<unknown>>;
}

function call(client: AnyClient, name: string, options: object): Promise<unknown> {
  const run = client.get("run");
  switch (name) {
    case "start":
      return client.start(pay, 1, options);
    case "list":
      return client.list(options);
    case "bulk filter":
      return client.bulk("delete", { workflow: "pay", ...options });
    case "bulk options":
      return client.bulk("delete", { workflow: "pay" }, options);
    case "completeToken":
      return client.completeToken("a.b", 1, options);
    case "send":
      return run["send"]?.({ name: "approved" }, 1, options) ?? Promise.resolve();
    default:
      return run[name]?.(options) ?? Promise.resolve();
  }
}

const refusal = (option: string, meant: string) => ({
  code: "invalid_argument",
  message: expect.stringMatching(
    new RegExp(`no option "${option}"; it takes (.*, )?${meant}(,|$)`),
  ) as string,
});

it.each(misspelt)("%s refuses %s and does nothing", async (name, option, meant) => {
  const client = await clientUnderTest(pay);
  await client.put("succeeded");
  const before = await client.item();
  const made = call(client.savepoint as unknown as AnyClient, name, { [option]: "1s" });
  await expect(made).rejects.toMatchObject(refusal(option, meant));
  expect(await client.item()).toEqual(before);
  expect(client.hints).toEqual([]);
});

it.each(misspelt)("over HTTP %s refuses %s and asks nothing", async (name, option, meant) => {
  const { savepoint, requests } = clientOverFake();
  const made = call(savepoint as unknown as AnyClient, name, { [option]: "1s" });
  await expect(made).rejects.toMatchObject(refusal(option, meant));
  expect(requests).toEqual([]);
});

it("a bulk action that there is not is refused by name", async () => {
  const { savepoint } = await clientUnderTest(pay);
  const made = savepoint.bulk("remove" as "delete", { workflow: "pay" });
  await expect(made).rejects.toMatchObject({
    code: "invalid_argument",
    message: 'bulk cannot "remove" runs; it can cancel, resume, fork, delete',
  });
});

it("connecting refuses an option that there is not", () => {
  const options = { tabel: "savepoint", queueUrl: "http://localhost/q" };
  expect(() => connect(options as object)).toThrow(/no option "tabel"; it takes .*table/);
  const http = { endpoint: "http://localhost:1", tokens: "t" };
  expect(() => connectOverHttp(http)).toThrow(/no option "tokens"; it takes .*token,/);
});
