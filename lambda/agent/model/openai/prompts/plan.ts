import * as z from "zod";
import type { Landscape, ModelCall, Plan } from "../../port.ts";
import type { Prompt } from "../request.ts";
import { ABOUT_DATA, untrusted } from "./untrusted.ts";

const schema = z.object({ questions: z.array(z.string()), queries: z.array(z.string()).min(1) });

const INSTRUCTIONS = `You plan research into what Hacker News users know and think about a topic.
Give 3 to 6 questions that a good report would answer, from the sides of a practitioner, a critic, an
operator and someone who chose an alternative. Then give 2 to 4 search queries to begin with.
The search is by keyword: every word of a query must occur in a story's title or in a comment, so
a query has 1 to 4 plain keywords and no operators. The first query is the topic itself in as few words as
tell it apart from other topics. The others take another side or another name of the same thing.
${ABOUT_DATA}`;

/** Asks which questions a report should answer and what to search first. */
export const planPrompt = (
  topic: string,
  landscape: Landscape,
  { idempotencyKey }: ModelCall,
): Prompt<Plan> => ({
  name: "plan",
  instructions: INSTRUCTIONS,
  input: `Topic: ${JSON.stringify(topic)}\nFirst look at what there is:\n${untrusted(landscape, idempotencyKey)}`,
  schema,
  maxTokens: 4_000,
});
