import * as z from "zod";
import type { Finding } from "../../../evidence.ts";
import type { Thread } from "../../../hn/thread.ts";
import type { ModelCall } from "../../port.ts";
import type { Prompt } from "../request.ts";
import { ABOUT_DATA, untrusted } from "./untrusted.ts";

const schema = z.object({
  findings: z.array(
    z.object({
      claim: z.string(),
      stance: z.enum(["for", "against", "neutral"]),
      cites: z.array(z.string()),
    }),
  ),
});

const INSTRUCTIONS = `You read one Hacker News discussion and note what it says on a topic.
Note up to 12 findings: experiences, facts, numbers, arguments and counter-arguments. Prefer first-hand
experience and statements that others contradict. Each finding is one sentence of your own that adds
nothing to what the cited sentences say: no number, name or negation that is not in them. "cites" lists the
ids of the 1 to 3 sentences that say it, exactly as given. "stance" says whether it speaks for or against
the topic's subject, or neither. If nothing bears on the topic, return no findings.
${ABOUT_DATA}`;

/** Asks for the findings of one thread, by the ids of its sentences. */
export const extractPrompt = (
  {
    topic,
    queries,
    thread,
  }: { readonly topic: string; readonly queries: readonly string[]; readonly thread: Thread },
  { idempotencyKey }: ModelCall,
): Prompt<{ readonly findings: readonly Finding[] }> => ({
  name: "findings",
  instructions: INSTRUCTIONS,
  input: `Topic: ${JSON.stringify(topic)}\nSearched for: ${JSON.stringify(queries)}\n${untrusted(
    {
      story: thread.title,
      posts: thread.posts.map(({ id, author, parent, sentences }) => ({
        author,
        answers: parent,
        sentences: Object.fromEntries(sentences.map((text, index) => [`${id}.${index + 1}`, text])),
      })),
    },
    idempotencyKey,
  )}`,
  schema,
  maxTokens: 8_000,
});
