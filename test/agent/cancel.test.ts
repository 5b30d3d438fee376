import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { ResearchInput } from "../../lambda/agent/index.ts";
import { systemClock } from "../../lambda/core/clock.ts";
import { CancelledError, type RunHandle } from "../../lambda/index.ts";
import { startHnSimulator } from "../../localstack/hn/server.ts";
import { expectSoundEnd } from "../engine/invariants.ts";
import { until } from "../localstack/lambda-host/functions.ts";
import { answerTo } from "../support/model-answers.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import type { World } from "../../lambda/testing/world.ts";
import { research } from "./research-app.ts";
import { answerInProcess, type Diversion, INPUT, openResearchWorld } from "./research-world.ts";

/** A request of the agent's times out after this, milliseconds: what is aborted before is cancelled. */
const REQUEST_MS = 20_000;

let world: World;
let divert: Diversion;
beforeEach(async () => {
  divert = () => undefined;
  await answerInProcess((path) => divert(path));
});
afterEach(async () => {
  await world.end();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

/** A Hacker News that answers nothing, and knows which of its callers still wait. */
async function startSilentHn() {
  let waiting = 0;
  const simulator = await startHnSimulator({
    faults: () => ({ delayMs: 1 }),
    clock: {
      ...systemClock,
      after: () => {
        waiting += 1;
        return () => void (waiting -= 1);
      },
    },
  });
  onTestFinished(() => simulator.close());
  return { origin: simulator.viewerUrl, waiting: () => waiting };
}

/** A research under way; a worker is free beside those that its queries keep busy: a parent at rest needs one. */
async function begin(input: ResearchInput): Promise<RunHandle> {
  world = await openResearchWorld({ concurrency: 10 });
  const run = await world.until(world.savepoint.start(research, input, { id: "run" }));
  await world.pass(2_000);
  return run;
}

/** Cancels a run once its requests hang, lets time pass until they are aborted; what the run ends with. */
async function cancelOnce(
  run: RunHandle,
  { hang, gone }: Record<"hang" | "gone", () => boolean>,
): Promise<unknown> {
  await until(hang);
  const cancelledAt = world.clock.now();
  await world.until(run.cancel({ reason: "enough" }));
  await world.pass(REQUEST_MS / 2 + 1_000);
  await until(gone);
  expect(world.clock.now() - cancelledAt).toBeLessThan(REQUEST_MS);
  return world.until(run.result().catch((error: unknown) => error));
}

describe("a research that is cancelled", () => {
  it("aborts the searches of its first look", async () => {
    const hn = await startSilentHn();
    divert = () => hn.origin;
    const run = await begin(INPUT);
    const end = { hang: () => hn.waiting() === 2, gone: () => hn.waiting() === 0 };
    expect(await cancelOnce(run, end)).toBeInstanceOf(CancelledError);
    await expectSoundEnd(world);
  });

  it.each(["responses", "chat"] as const)("aborts its call of a model (%s)", async (api) => {
    const server = await startOpenAiServer(() => ({ kind: "hang" }));
    onTestFinished(() => server.close());
    vi.stubEnv("OPENAI_BASE_URL", server.url);
    const model = { kind: "openai", api, small: "small-1", large: "large-1" } as const;
    const run = await begin({ ...INPUT, model });
    const end = {
      hang: () => server.requests.length === 1,
      gone: () => server.abandoned.length === 1,
    };
    expect(await cancelOnce(run, end)).toBeInstanceOf(CancelledError);
    expect(server.abandoned[0]?.format).toBe("plan");
    await expectSoundEnd(world);
  });

  it("aborts the calls of a model that the runs of its queries make", async () => {
    const server = await startOpenAiServer((request) =>
      request.format === "findings"
        ? { kind: "hang" }
        : { kind: "answer", value: answerTo(request) },
    );
    onTestFinished(() => server.close());
    vi.stubEnv("OPENAI_BASE_URL", server.url);
    const model = { kind: "openai", api: "responses", small: "small-1", large: "large-1" } as const;
    const run = await begin({ ...INPUT, model });
    const asked = () => server.requests.filter(({ format }) => format === "findings").length;
    const end = { hang: () => asked() > 1, gone: () => server.abandoned.length === asked() };
    expect(await cancelOnce(run, end)).toBeInstanceOf(CancelledError);
    expect(new Set(server.abandoned.map(({ format }) => format))).toEqual(new Set(["findings"]));
    await expectSoundEnd(world);
  });

  it("cancels the runs of its queries, which abort what they read", async () => {
    const hn = await startSilentHn();
    divert = (path) => (path.includes("/items/") ? hn.origin : undefined);
    const run = await begin(INPUT);
    const end = { hang: () => hn.waiting() > 4, gone: () => hn.waiting() === 0 };
    expect(await cancelOnce(run, end)).toBeInstanceOf(CancelledError);
    await world.pass(60_000);
    const { runs } = await world.until(world.savepoint.list({ workflow: "search-query" }));
    // A query that finds no thread has ended before.
    const statuses = runs.map(({ status }) => status).filter((status) => status !== "succeeded");
    expect(statuses.length).toBeGreaterThan(1);
    expect(new Set(statuses)).toEqual(new Set(["cancelled"]));
    await expectSoundEnd(world);
  });
});
