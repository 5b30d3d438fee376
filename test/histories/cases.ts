import { invoice, monthEnd, notify, rates } from "../../docs/examples/child-runs.ts";
import { extended } from "../../docs/examples/determinism.ts";
import { approve, expense } from "../../docs/examples/events.ts";
import { compare } from "../../docs/examples/map-and-parallel.ts";
import { trip } from "../../docs/examples/rollbacks.ts";
import { trial } from "../../docs/examples/sleeping.ts";
import { checkout } from "../../docs/examples/steps.ts";
import { publication } from "../../docs/examples/tokens.ts";
import type { RecordedHistory, RunHandle, Workflow } from "../../lambda/index.ts";
import { createTestEngine, type TestEngine } from "../../lambda/testing/index.ts";
import { startHnSimulator } from "../../localstack/hn/server.ts";
import { research, searchQuery } from "../agent/research-app.ts";
import { counter, failing, fastest, load, lookup, release, releaseBefore } from "./workflows.ts";

/** A kept history: how it came about, and whose code must fit it. */
export interface HistoryCase {
  /** Name of its file in this folder. */
  readonly name: string;
  /** The present code. */
  readonly workflow: Workflow;
  readonly record: () => Promise<RecordedHistory>;
}

/** What becomes of a run beside its own doing; by default it is awaited. */
type Act = (run: RunHandle, engine: TestEngine) => Promise<unknown>;

const ended: Act = (run) => run.result().catch(() => undefined);

interface Played<Given> {
  readonly input: Given;
  readonly act?: Act;
  readonly setUp?: (engine: TestEngine) => void;
  /** Other workflows that take part. */
  readonly others?: readonly Workflow[];
  /** The code at that time. */
  readonly by?: Workflow<Given>;
  /** The run whose history is kept, when it is not the one that is started. */
  readonly of?: string;
}

const example = <Given>(
  name: string,
  workflow: Workflow<Given>,
  { input, act = ended, setUp, others = [], by = workflow, of }: Played<Given>,
): HistoryCase => ({
  name,
  workflow,
  async record() {
    const engine = await createTestEngine({
      workflows: [by, ...others],
      patience: "1m",
    });
    setUp?.(engine);
    const run = await engine.start(by, input, { id: name });
    await act(run, engine);
    return engine.savepoint.get(of ?? name).export();
  },
});

const later =
  (ms: number, act: Act = async () => undefined): Act =>
  async (run, engine) => {
    await engine.advance(ms);
    await act(run, engine);
  };

const MINUTE = 60_000;

const examples: readonly HistoryCase[] = [
  example("steps", checkout, { input: { cents: 995, email: "ada@example.com" } }),
  example("sleep", trial, {
    input: { email: "ada@example.com", endsAt: new Date(Date.UTC(2026, 0, 15)) },
  }),
  example("sleep-under-way", trial, {
    input: { email: "ada@example.com", endsAt: new Date(Date.UTC(2026, 0, 15)) },
    act: later(3 * 86_400_000),
  }),
  example("children", monthEnd, {
    input: { month: "2026-01", customers: ["ada", "grace"] },
    others: [rates, invoice, notify],
  }),
  example("map-and-parallel", compare, {
    input: { urls: ["a", "b", "c"] },
    setUp: (engine) =>
      void engine.mock("read", async (_, original) => {
        const text = await original();
        if (text === "text of b") throw new Error("not found");
        return text;
      }),
  }),
  example("event-sent", expense, {
    input: { euros: 40 },
    act: later(MINUTE, async (run, engine) => {
      await approve(engine.savepoint, run.id);
      await run.result();
    }),
  }),
  example("event-missed", expense, { input: { euros: 40 } }),
  example("token", publication, { input: { to: "ada@example.com" } }),
  example("cancelled", load, {
    input: { files: ["a", "b"] },
    act: later(MINUTE / 2, async (run) => {
      await run.cancel({ reason: "wrong files" });
      await ended(run, undefined as never);
    }),
  }),
  example("terminated", load, {
    input: { files: ["a", "b"] },
    act: later(MINUTE / 2, (run) => run.terminate()),
  }),
  example("rollback", trip, {
    input: { days: 3 },
    setUp: (engine) =>
      void engine.mock("car", () => {
        throw new Error("no car left");
      }),
  }),
  example("code-changes", extended, { input: undefined }),
];

const own: readonly HistoryCase[] = [
  example("race", fastest, { input: undefined, others: [lookup] }),
  example("continue-as-new", counter, { input: 1 }),
  example("continue-as-new-under-way", counter, { input: 1, act: later(90 * MINUTE) }),
  example("patched-before", release, { input: undefined, by: releaseBefore }),
  example("patched-after", release, { input: undefined }),
  example("failed", failing, { input: undefined }),
];

/** The research agent on the sample corpus, or one of the searches it makes. */
const researched = (name: string, workflow: Workflow, search?: string): HistoryCase => ({
  name,
  workflow,
  async record() {
    const simulator = await startHnSimulator();
    process.env["SAVEPOINT_SAMPLE_HN_URL"] = simulator.url;
    try {
      return await example("research", research, {
        input: { topic: "durable execution", model: { kind: "extractive" }, corpus: "sample" },
        others: [searchQuery],
        ...(search !== undefined && { of: search }),
      }).record();
    } finally {
      delete process.env["SAVEPOINT_SAMPLE_HN_URL"];
      await simulator.close();
    }
  },
});

/** Every history that is kept. */
export const CASES: readonly HistoryCase[] = [
  ...examples,
  ...own,
  researched("research", research),
  researched("research-search", searchQuery, "research~1~round-1@0@durable-execution"),
];
