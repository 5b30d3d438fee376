import { afterEach, beforeEach, expect, it } from "vitest";
import {
  type OpenAiReply,
  type OpenAiServer,
  startOpenAiServer,
} from "../support/openai-server.ts";
import { answerTo } from "../support/model-answers.ts";
import { CommandLine } from "./command-line.ts";
import {
  expectNoCompletedStepAgain,
  type KeyedRequest,
  recordedStepsIn,
} from "./recorded-steps.ts";

let server: OpenAiServer;
let cli: CommandLine;
const requests: KeyedRequest[] = [];

beforeEach(async () => {
  server = await startOpenAiServer((request) => {
    requests.push({ idempotencyKey: String(request.idempotencyKey), at: Date.now() });
    return mishaps.get(request.format)?.shift() ?? { kind: "answer", value: answerTo(request) };
  });
  cli = new CommandLine({ OPENAI_BASE_URL: server.url, OPENAI_API_KEY: "test" });
});
afterEach(async () => {
  await cli.close();
  await server.close();
});

/** What goes wrong, in turn, before a schema's requests are answered. */
const mishaps = new Map<string, OpenAiReply[]>([
  ["plan", [{ kind: "error", status: 429, headers: { "retry-after": "1" } }]],
  ["findings", [{ kind: "truncated" }, { kind: "error", status: 500 }]],
  ["assessment", [{ kind: "text", text: "not JSON" }]],
  ["report", [{ kind: "reset" }]],
]);

it("a run with a language model outlives its mishaps and a SIGKILL, and pays for no step twice", async () => {
  const run = cli.start(
    "durable execution",
    "--id",
    "paid",
    "--model",
    "openai",
    "--crash-after",
    "5",
    "--json",
  );
  const { out, err, code } = await run.ended;
  expect(code, err).toBe(0);
  expect(err).toContain("SIGKILL sent to worker process");
  const { output } = JSON.parse(out) as { output: Output };
  expect(output.report).toContain("What was found");
  expect(output.report).not.toContain("Nobody has ever said this");
  expect(output.stats.dropped).toBeGreaterThanOrEqual(1);
  for (const [format, left] of mishaps) expect(left, format).toEqual([]);

  expect((await cli.savepoint("dev", "--stop").ended).code).toBe(0);
  const steps = await recordedStepsIn(cli.data);
  expectNoCompletedStepAgain(requests, steps);
  expectNoCompletedStepAgain(cli.hnRequests, steps);
  // What a step was billed for and could not record, its process being killed, nobody can know of.
  const { input, output: written } = server.billed();
  expect(output.stats.tokens.input).toBeGreaterThan(0);
  expect(output.stats.tokens.input).toBeLessThanOrEqual(input);
  expect(output.stats.tokens.output).toBeLessThanOrEqual(written);
}, 180_000);

interface Output {
  readonly report: string;
  readonly stats: {
    /** Claims left out because of what they cite. */
    readonly dropped: number;
    readonly tokens: { readonly input: number; readonly output: number };
  };
}
