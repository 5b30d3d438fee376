import * as z from "zod";
import { type Evidence, spreadOverThreads } from "../../../evidence.ts";
import type { Assessment, ModelCall, RoundFacts } from "../../port.ts";
import type { Prompt } from "../request.ts";
import { ABOUT_DATA, untrusted } from "./untrusted.ts";

const schema = z.object({
  enough: z.boolean(),
  missing: z.array(z.string()),
  next: z.array(z.string()),
});

const INSTRUCTIONS = `You judge whether research on a topic has found enough on Hacker News.
"missing" lists, in a few words each, the questions on the topic that the findings leave open. "enough" is
true when further searching would add little: the main questions are answered from several sides.
"next" gives up to 4 new search queries for what is missing, none that was tried. The search is by keyword:
every word of a query must occur in a story's title or in a comment, so a query has 1 to 4 plain keywords and no
operators. For each query that found nothing, give an alternative: fewer words, or another name.
${ABOUT_DATA}`;

/** The most findings one prompt holds: about 10,000 tokens. */
const FINDINGS = 250;

/** Asks whether to go on, and with which queries. */
export const assessPrompt = (
  {
    topic,
    evidence,
    round,
  }: {
    readonly topic: string;
    readonly evidence: Evidence;
    readonly round: RoundFacts;
  },
  { idempotencyKey }: ModelCall,
): Prompt<Assessment> => ({
  name: "assessment",
  instructions: INSTRUCTIONS,
  input: `Topic: ${JSON.stringify(topic)}\nSearches so far: ${JSON.stringify(round)}\n${untrusted(
    {
      threads: evidence.threads.map(({ title }) => title),
      findings: spreadOverThreads(evidence, FINDINGS).map(({ claim, stance }) => ({
        claim,
        stance,
      })),
    },
    idempotencyKey,
  )}`,
  schema,
  maxTokens: 4_000,
});
