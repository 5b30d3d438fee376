/** The process of the benchmark's stack: `stack-main.ts <folder>`, with a channel to its parent. */
import { join } from "node:path";
import { stop as stopBundler } from "esbuild";
import { systemClock } from "../lambda/core/clock.ts";
import { openFileLog } from "../localstack/embedded/file-log.ts";
import { HINT_QUEUE } from "../localstack/embedded/resources.ts";
import { queuePath } from "../localstack/embedded/sqs/queue-url.ts";
import { startStack } from "../localstack/embedded/stack.ts";
import { EMPTY_SERVER_URL } from "./bare-put.ts";
import type { FromStack } from "./stack-process.ts";
import { UsageCounter } from "./usage.ts";

const [, , directory = ""] = process.argv;
const { log } = openFileLog(join(directory, "stack.log"), () => systemClock.now());
const usage = new UsageCounter();
const say = (message: FromStack) => process.send?.(message);

const stack = await startStack({
  directory,
  log,
  sources: { worker: "bench/worker.ts" },
  environment: { [EMPTY_SERVER_URL]: process.env[EMPTY_SERVER_URL] ?? "" },
  faults: usage,
});
await stopBundler();
process.on("message", () => say({ kind: "usage", usage: usage.take() }));
process.once("disconnect", () => void stack.stop());
process.once("SIGTERM", () => void stack.stop());
const { awsEndpoint, token } = stack;
say({ kind: "up", address: { awsEndpoint, token, queueUrl: awsEndpoint + queuePath(HINT_QUEUE) } });
await stack.stopped;
process.disconnect();
