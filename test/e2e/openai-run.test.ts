import { afterEach, beforeEach, expect, it } from "vitest";
import {
  type OpenAiReply,
  type OpenAiRequest,
  type OpenAiServer,
  startOpenAiServer,
} from "../support/openai-server.ts";
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

/** A sentence that is nowhere in what was read. */
const NEVER_READ = "9000000000001.9999";

/** Answers by what the data holds, so that the same request always gets the same answer. */
function answerTo({ format, input }: OpenAiRequest): unknown {
  switch (format) {
    case "plan":
      return { questions: ["What breaks?"], queries: ["durable execution", "postgres queue"] };
    case "findings":
      return { findings: sentencesIn(input).slice(0, 2).map(findingOf) };
    case "assessment":
      return { enough: true, missing: [], next: [] };
    default:
      return reportOn(input);
  }
}

interface Sentence {
  readonly id: string;
  readonly text: string;
}

function dataIn(input: string): unknown {
  const [, json = ""] = /^DATA \S+\n(.*)\nEND /m.exec(input) ?? [];
  return JSON.parse(json);
}

function sentencesIn(input: string): Sentence[] {
  const { posts } = dataIn(input) as { posts: { sentences: Record<string, string> }[] };
  return posts.flatMap(({ sentences }) =>
    Object.entries(sentences).map(([id, text]) => ({ id, text })),
  );
}

const findingOf = ({ id, text }: Sentence) => ({ claim: text, stance: "neutral", cites: [id] });

function reportOn(input: string): unknown {
  const findings = dataIn(input) as { sentences: Sentence[] }[];
  const claims = findings.flatMap(({ sentences: [first] }) =>
    first ? [{ text: first.text, cites: [first.id] }] : [],
  );
  const invented = { text: "Nobody has ever said this.", cites: [NEVER_READ] };
  return {
    answer: claims.slice(0, 1),
    sections: [{ heading: "What was found", claims: [...claims.slice(1), invented] }],
    disagreements: [],
    gaps: ["cost"],
  };
}

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
