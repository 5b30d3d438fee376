import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EventBridgeEvent } from "aws-lambda";
import { expect, it, onTestFinished, vi } from "vitest";
import { connect } from "../../lambda/http/index.ts";
import { queuePath } from "../../localstack/embedded/sqs/queue-url.ts";
import { handlerEnvironment } from "../../localstack/embedded/handler-environment.ts";
import { HINT_QUEUE } from "../../localstack/embedded/resources.ts";
import { startStack } from "../../localstack/embedded/stack.ts";
import { memoryLog } from "../localstack/lambda-host/functions.ts";

it("the guide's webhook passes an event on to its run, once however often it is delivered", async () => {
  const directory = mkdtempSync(join(tmpdir(), "savepoint-webhook-"));
  const config = join(process.cwd(), "docs/examples/events.ts");
  const stack = await startStack({ directory, config, log: memoryLog() });
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await stack.stop();
    rmSync(directory, { recursive: true });
  });
  const { awsEndpoint: endpoint, token } = stack;
  const queueUrl = endpoint + queuePath(HINT_QUEUE);
  // As on Lambda, whose region the function's process has.
  const variables = handlerEnvironment({ endpoint, queueUrl, token, code: "" });
  for (const [name, value] of Object.entries({ ...variables, AWS_REGION: "us-east-1" })) {
    vi.stubEnv(name, value);
  }
  const { handler } = await import("../../docs/examples/construct.webhook.ts");
  const savepoint = connect({ endpoint: stack.api, token });
  const run = await savepoint.start("expense", { euros: 20 });
  const detail = { run: run.id, approved: true, by: "Ada" };
  const event = { id: "6a7e8feb-b491-4cf7-a9f1-bf3703467718", detail };
  await handler(event as EventBridgeEvent<"decided", typeof detail>);
  await handler(event as EventBridgeEvent<"decided", typeof detail>);
  expect(await run.result({ timeout: "30s" })).toBe("approved by Ada");
  await handler(event as EventBridgeEvent<"decided", typeof detail>);
  expect(await run.status()).toBe("succeeded");
});
