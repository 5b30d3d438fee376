import { vi } from "vitest";
import { loadExtractiveModel } from "../../lambda/agent/model/extractive/load.ts";
import { loadCorpus } from "../../localstack/hn/corpus.ts";
import { createRoutes } from "../../localstack/hn/routes.ts";
import { World, type WorldOptions } from "../../lambda/testing/world.ts";
import { workflows } from "./research-app.ts";

/** Where the sample corpus is, for `fetch` as {@link answerInProcess} has it. */
const CORPUS = "http://hn.invalid";
const routes = createRoutes(loadCorpus(), () => 0);

/** Origin of the server, if any, that a request for this path of the corpus is sent to instead. */
export type Diversion = (path: string) => string | undefined;

/**
 * Has requests to the sample corpus answered at once in this process: a world's clock, which stands still
 * until all is quiet, does not know of connections. All others go where they are sent.
 */
export async function answerInProcess(divert: Diversion = () => undefined): Promise<void> {
  const connect = globalThis.fetch;
  vi.stubEnv("SAVEPOINT_SAMPLE_HN_URL", `${CORPUS}/api/v1`);
  vi.stubGlobal("fetch", async (input: string | URL, init?: RequestInit) => {
    const url = new URL(input);
    if (url.origin !== CORPUS) return connect(input, init);
    const path = url.pathname + url.search;
    const elsewhere = divert(path);
    if (elsewhere !== undefined) return connect(elsewhere + path, init);
    const { status, headers, body } = routes(url);
    return new Response(body, { status, headers });
  });
  // Loaded from disk when it is first used, of which the clock does not know either.
  await loadExtractiveModel();
}

/** A world that has the research app's workflows and is under way. */
export async function openResearchWorld(options: Partial<WorldOptions> = {}): Promise<World> {
  const world = await World.create({ workflows: Object.values(workflows), ...options });
  world.begin();
  return world;
}

/** What the runs of these tests are started with. */
export const INPUT = {
  topic: "durable execution",
  maxIterations: 1,
  model: { kind: "extractive" },
  corpus: "sample",
} as const;
