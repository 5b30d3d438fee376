import type { Outcome, ResearchModel } from "../port.ts";
import { extractSentences } from "./extract.ts";
import { assessEvidence, planQueries } from "./queries.ts";
import { selectStatements } from "./write.ts";

/**
 * No language model: code that selects sentences and writes none. It needs no key, costs nothing,
 * gives the same report for the same threads, and finds nothing rather than guess.
 */
export function extractiveModel(): ResearchModel {
  return {
    plan: async (topic, landscape) => free(planQueries(topic, landscape)),
    extract: async ({ topic, queries, thread }) => free(extractSentences(topic, queries, thread)),
    assess: async ({ topic, evidence, round }) => free(assessEvidence(topic, evidence, round)),
    write: async ({ topic, evidence }) => free(selectStatements(topic, evidence)),
  };
}

const free = <T>(value: T): Outcome<T> => ({
  kind: "answer",
  value,
  tokens: { input: 0, output: 0 },
});
