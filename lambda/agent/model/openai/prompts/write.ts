import * as z from "zod";
import { type Evidence, spreadOverThreads } from "../../../evidence.ts";
import type { Draft, ModelCall } from "../../port.ts";
import type { Prompt } from "../request.ts";
import { ABOUT_DATA, untrusted } from "./untrusted.ts";

const claim = z.object({ text: z.string(), cites: z.array(z.string()) });

const schema = z.object({
  answer: z.array(claim),
  sections: z.array(z.object({ heading: z.string(), claims: z.array(claim) })),
  disagreements: z.array(z.object({ about: z.string(), sides: z.array(claim) })),
  gaps: z.array(z.string()),
});

const INSTRUCTIONS = `You write a report on what Hacker News users say about a topic, from findings only.
"answer" is the answer in 2 to 4 statements. "sections" holds 3 to 6 sections of 2 to 5 statements each.
"disagreements" holds the points where the findings contradict each other, each with one statement per side.
"gaps" names in a few words what the findings do not cover.
Each statement is one plain sentence, without Markdown, links or sentence ids in its text, and "cites" lists the
ids of the sentences it rests on, exactly as given. A program checks every statement and deletes those that:
cite an unknown id; hold a number, a negation or a passage in quotation marks that no cited sentence has; say
"many", "most", "several" or "HN users" and cite fewer than three authors; share few words with what they cite.
So stay close to the wording of the findings. Say who speaks: one commenter, two commenters, several.
${ABOUT_DATA}`;

/** The most findings one prompt holds: about 25,000 tokens. */
const FINDINGS = 250;

/** Asks for the report. */
export const writePrompt = (
  { topic, evidence }: { readonly topic: string; readonly evidence: Evidence },
  { idempotencyKey }: ModelCall,
): Prompt<Draft> => {
  const quotes = new Map(evidence.quotes.map((quote) => [quote.id, quote]));
  return {
    name: "report",
    instructions: INSTRUCTIONS,
    input: `Topic: ${JSON.stringify(topic)}\n${untrusted(
      spreadOverThreads(evidence, FINDINGS).map(({ claim: finding, stance, cites }) => ({
        finding,
        stance,
        sentences: cites.map((id) => ({
          id,
          author: quotes.get(id)?.author,
          text: quotes.get(id)?.text,
        })),
      })),
      idempotencyKey,
    )}`,
    schema,
    maxTokens: 16_000,
  };
};
