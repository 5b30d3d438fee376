/**
 * The process whose memory is measured: `memory-main.ts`, with `--expose-gc` and a channel to its parent. It is
 * a worker that is handed its hints by itself, over the parent's stack: nobody else may take them.
 */
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { SQSEvent } from "aws-lambda";
import { connect, createDynamoDBClient } from "../lambda/client/connect.ts";
import { createWorker, type Workflow, workflow } from "../lambda/index.ts";
import { TABLE_NAME } from "../localstack/embedded/resources.ts";
import type { FromMemory, MemoryAt, ToMemory } from "./memory-process.ts";
import { waiter } from "./workflows.ts";

const say = (message: FromMemory) => process.send?.(message);

/** What lets the bodies of the live runs end. */
const held: (() => void)[] = [];
const live = workflow("live", {}, async (ctx) =>
  ctx.step("held", () => new Promise<void>((done) => void held.push(done))),
);

const collect = globalThis.gc;

/** Memory in use once everything that nothing refers to is gone. */
async function memory(): Promise<MemoryAt> {
  if (!collect) throw new Error("this process was started without --expose-gc");
  for (let times = 0; times < 3; times += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    collect();
  }
  const { heapUsed, rss } = process.memoryUsage();
  return { heap: heapUsed, rss };
}

function open({ awsEndpoint, token }: ToMemory["address"]) {
  const dynamodb = createDynamoDBClient({
    endpoint: awsEndpoint,
    region: "us-east-1",
    credentials: { accessKeyId: token, secretAccessKey: "signatures-are-not-checked" },
  });
  // Hints go nowhere: the stack's own worker would take them.
  const sqs = { send: async () => ({}) } as unknown as SQSClient;
  const config = { table: TABLE_NAME, queueUrl: "http://localhost/none", dynamodb, sqs };
  const handler = createWorker({ ...config, workflows: [waiter, live] });
  const savepoint = connect(config);
  const begin = async (flow: Workflow, runs: number): Promise<SQSEvent> => {
    const bodies: string[] = [];
    for (let run = 0; run < runs; run += 1) {
      const { id } = await savepoint.start(flow, undefined);
      bodies.push(JSON.stringify({ run: id }));
    }
    return eventOf(bodies);
  };
  const handle = (event: SQSEvent) =>
    handler(event, { getRemainingTimeInMillis: () => 900_000 } as Parameters<typeof handler>[1]);
  return { begin, handle };
}

const eventOf = (bodies: readonly string[]): SQSEvent => ({
  Records: bodies.map((body, index) => ({
    messageId: `message-${index}`,
    receiptHandle: `receipt-${index}`,
    body,
    attributes: {
      ApproximateReceiveCount: "1",
      SentTimestamp: "0",
      SenderId: "bench",
      ApproximateFirstReceiveTimestamp: "0",
    },
    messageAttributes: {},
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:us-east-1:000000000000:hints",
    awsRegion: "us-east-1",
  })),
});

/** Runs advanced side by side. */
const AT_A_TIME = 50;

async function measure({ address, parkedRuns, liveRuns }: ToMemory): Promise<FromMemory> {
  const { begin, handle } = open(address);
  const park = async (runs: number) => {
    for (let begun = 0; begun < runs; begun += AT_A_TIME) {
      await handle(await begin(waiter, Math.min(AT_A_TIME, runs - begun)));
    }
  };
  const hold = async (runs: number) => {
    const over = handle(await begin(live, runs));
    while (held.length < runs) await new Promise((resolve) => setTimeout(resolve, 5));
    const during = await memory();
    for (const release of held.splice(0)) release();
    await over;
    return during;
  };
  // The code and the SDK grow warm first, and last with what is measured first.
  await hold(liveRuns);
  await park(parkedRuns);
  const idle = await memory();
  await park(parkedRuns);
  const parked = await memory();
  const during = await hold(liveRuns);
  const finished = await memory();
  return { idle, parked, live: during, finished };
}

process.once("message", (request: ToMemory) => {
  void measure(request).then(say, (error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
process.once("disconnect", () => process.exit());
