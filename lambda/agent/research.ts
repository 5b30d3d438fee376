import { type Context, workflow } from "../index.ts";
import { approvedStart, type PlanResearch } from "./approval.ts";
import { endpointOf } from "./configuration.ts";
import { authorsOf } from "./evidence.ts";
import { type Corpus, type ParsedResearchInput, researchInput } from "./input.ts";
import { MeteredModel } from "./metered-model.ts";
import type { OpenModel } from "./model/open-model.ts";
import { type Draft, modelName, type Tokens } from "./model/port.ts";
import { checkDraft, claimsOf } from "./report/check-draft.ts";
import { renderReport } from "./report/render-report.ts";
import type { StopReason } from "./rounds.ts";
import { scout } from "./scout.ts";
import type { SearchQuery } from "./search-query.ts";
import { type Searched, searchInRounds } from "./search-rounds.ts";

/** Figures of a run. */
export interface ResearchStats {
  /** Rounds of searching. */
  readonly iterations: number;
  /** Every query searched, in order. */
  readonly queries: readonly string[];
  readonly threadsRead: number;
  /** People whose sentences bear on the topic. */
  readonly authors: number;
  /** Sentences that bear on the topic. */
  readonly quotes: number;
  /** Claims of the report. */
  readonly claims: number;
  /** Claims and findings that were left out because their citations did not bear them out. */
  readonly dropped: number;
  /** Posts left out because they instruct programs instead of people. */
  readonly hostile: number;
  readonly stopReason: StopReason;
  readonly tokens: Tokens;
}

/** What a research run ends with. */
export interface ResearchOutput {
  /** The report, in Markdown. */
  readonly report: string;
  /** Whether anything on the topic was found. */
  readonly found: boolean;
  readonly stats: ResearchStats;
  /** Which model wrote the report. */
  readonly model: string;
  readonly corpus: Corpus;
}

const NOTHING: Draft = { answer: [], sections: [], disagreements: [], gaps: [] };

/** What a research works with: its models, and the workflows of its child runs. */
interface ResearchParts {
  readonly open: OpenModel;
  readonly planResearch: PlanResearch;
  readonly searchQuery: SearchQuery;
}

/**
 * Makes the workflow `research`: finds out what Hacker News users say about a topic. It takes a first look, plans
 * queries, has them approved if that is asked for, searches in rounds until nothing new comes, writes, checks every claim against the sentences
 * that were read, and renders the rest as Markdown. See `docs/research-agent.md`.
 */
export const createResearch = ({ open, planResearch, searchQuery }: ResearchParts) =>
  workflow("research", { input: researchInput }, async (ctx, input): Promise<ResearchOutput> => {
    const metered = new MeteredModel(() => open(input.model));
    const { topic, model, corpus, approvalTimeoutMs: timeoutMs } = input;
    const itemUrl = await checkConfiguration(ctx, open, input);
    const start =
      timeoutMs === undefined
        ? await scout(ctx, input, metered)
        : await approvedStart(ctx, input, { timeoutMs, metered, planResearch });
    const searched = await searchInRounds(ctx, input, start, { metered, searchQuery });
    const { evidence } = searched;
    const draft =
      evidence.quotes.length === 0
        ? NOTHING
        : await metered.ask(ctx, "write", (writer, call) =>
            writer.write({ topic, evidence }, call),
          );
    const checked = checkDraft(draft, evidence);
    const claims = claimsOf(checked).length;
    const stats = statsOf(searched, { claims, dropped: checked.dropped.length, metered });
    const author = modelName(model);
    const report = renderReport({
      topic,
      corpus,
      itemUrl,
      model: author,
      checked,
      searched,
      stats,
    });
    ctx.log.info("wrote the report", { claims, dropped: stats.dropped, stop: stats.stopReason });
    return { report, found: claims > 0, stats, model: author, corpus };
  });

/**
 * Fails before anything is spent when the worker is not set up for the input. What it returns, the URL
 * of an item without its id, is recorded: the report links to where the run searched.
 */
const checkConfiguration = (
  ctx: Context,
  open: OpenModel,
  { corpus, model }: ParsedResearchInput,
): Promise<string> =>
  ctx.step("check-configuration", async () => {
    await open(model);
    return endpointOf(corpus).itemUrl;
  });

function statsOf(
  { evidence, queries, iterations, stopReason, dropped }: Searched,
  report: { readonly claims: number; readonly dropped: number; readonly metered: MeteredModel },
): ResearchStats {
  return {
    iterations,
    queries: queries.map(({ query }) => query),
    threadsRead: evidence.threads.length,
    authors: authorsOf(evidence.quotes).size,
    quotes: evidence.quotes.length,
    claims: report.claims,
    dropped: report.dropped + dropped,
    hostile: evidence.threads.reduce((sum, { hostile }) => sum + hostile, 0),
    stopReason,
    tokens: report.metered.total(),
  };
}
