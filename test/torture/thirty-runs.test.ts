import { afterEach, expect, it } from "vitest";
import { readStackFile } from "../../localstack/embedded/stack-file.ts";
import { CommandLine } from "../e2e/command-line.ts";
import { expectNoCompletedStepAgain, recordedStepsIn } from "../e2e/recorded-steps.ts";
import { until } from "../localstack/lambda-host/functions.ts";

const TOPICS = [
  "durable execution",
  "durable execution cost",
  "event sourcing",
  "kubernetes",
  "llm agents",
  "observability",
  "postgres queue",
  "python typing",
  "rust services",
  "serverless cold starts",
  "sqlite in production",
  "vector databases",
  "idempotency",
  "workflow engines",
  "nothing that anybody wrote",
];
const RUNS = Array.from({ length: 30 }, (_, index) => ({
  id: `run-${index}`,
  input: {
    topic: TOPICS[index % TOPICS.length],
    maxIterations: 1 + Math.floor(index / TOPICS.length),
    model: { kind: "extractive" },
    corpus: "sample",
  },
}));

const lines: CommandLine[] = [];
afterEach(async () => {
  for (const cli of lines.splice(0)) await cli.close();
});

/** A stack that is up, as its own process, over a folder of its own. */
async function open(): Promise<CommandLine> {
  const cli = new CommandLine();
  lines.push(cli);
  await bringUp(cli);
  return cli;
}

/** The command line starts the stack when it is not running. */
async function bringUp(cli: CommandLine): Promise<void> {
  const { code, err } = await cli.savepoint("runs", "list").ended;
  expect(code, err).toBe(0);
}

async function call(cli: CommandLine, path: string, body?: unknown): Promise<unknown> {
  const stack = readStackFile(cli.directory);
  if (!stack) throw new Error("the stack is not up");
  const response = await fetch(stack.api + path, {
    method: body === undefined ? "GET" : "POST",
    headers: { "x-savepoint-token": stack.token, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  expect(response.ok, `${path} was answered with ${response.status}`).toBe(true);
  return response.json();
}

const startAll = (cli: CommandLine): Promise<unknown> =>
  Promise.all(RUNS.map(({ id, input }) => call(cli, "/runs/research", { id, input })));

interface Run {
  readonly status: string;
  readonly output?: { readonly report: string; readonly found: boolean };
}

/** Each run's output, the sample viewer's address aside: each stack has a port of its own. */
async function outputs(cli: CommandLine): Promise<Map<string, string>> {
  const ended = await Promise.all(
    RUNS.map(async ({ id }) => {
      let run: Run;
      do run = (await call(cli, `/runs/${id}?wait=20`)) as Run;
      while (!["succeeded", "failed"].includes(run.status));
      expect(run.status, id).toBe("succeeded");
      const text = JSON.stringify(run.output).replaceAll(/127\.0\.0\.1:\d+/g, "viewer");
      return [id, text] as const;
    }),
  );
  return new Map(ended);
}

it("thirty research runs, everything killed twice, write the reports of undisturbed ones", async () => {
  const calm = await open();
  await startAll(calm);
  const wanted = await outputs(calm);
  const all = calm.hnRequests.length;
  await calm.killEverything();
  expect(
    [...wanted.values()].filter((text) => text.includes('"found":true')).length,
  ).toBeGreaterThan(20);

  const cli = await open();
  await startAll(cli);
  for (const share of [0.2, 0.6]) {
    await until(() => cli.hnRequests.length >= share * all);
    await cli.killEverything();
    await bringUp(cli);
  }
  const written = await outputs(cli);
  for (const { id } of RUNS) expect(written.get(id), id).toBe(wanted.get(id));
  expect((await cli.savepoint("dev", "--stop").ended).code).toBe(0);
  const steps = await recordedStepsIn(cli.data);
  expect(expectNoCompletedStepAgain(cli.hnRequests, steps)).toBeGreaterThan(0);
});
