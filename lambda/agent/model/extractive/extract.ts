import type { Finding } from "../../evidence.ts";
import type { Post, Thread } from "../../hn/thread.ts";
import { overlap } from "../../text/words.ts";
import { stemSet, tokensOf } from "./language.ts";
import { isSpecific } from "./themes.ts";
import { type Topic, understood } from "./topic.ts";
import { contradicts, isOfLength, standsAlone } from "./statements.ts";

/** Sentences taken from one thread at most, one of each author. */
const PER_THREAD = 12;
/** Contradictions taken from one thread at most. */
const CONTRADICTIONS = 3;

/** What a thread's sentences must speak of. */
interface Focus extends Topic {
  readonly isTitleOnTopic: boolean;
  /** What else to look for: stems of the topic's modifiers, of the queries, and of the title's nouns. */
  readonly facets: ReadonlySet<string>;
}

/** A sentence that says something on the topic. */
interface Statement {
  readonly id: string;
  readonly author: string;
  readonly text: string;
  readonly score: number;
}

/**
 * The sentences of a thread that are statements on the topic, and pairs of a statement and the answer
 * that contradicts it. The claim of each finding is the sentence itself; a pair cites both.
 *
 * Of a subject of several words, two must occur in the thread's title or in the comment, so that "DNA
 * replication" is not found among database replicas. The sentence itself must have one of them or, where the
 * title is on the topic, a word of what is searched for.
 */
export function extractSentences(
  topic: string,
  queries: readonly string[],
  thread: Thread,
): Finding[] {
  const focus = focusOf(topic, queries, thread.title);
  const statements = thread.posts.flatMap((post) => bestOf(post, focus));
  return [
    ...contradictions(thread, statements),
    ...oneOfEachAuthor(statements).map(({ id, text }): Finding => {
      return { claim: text, stance: "neutral", cites: [id] };
    }),
  ];
}

function focusOf(text: string, queries: readonly string[], title: string): Focus {
  const topic = understood(text);
  const named = tokensOf(title).flatMap((token) => (isSpecific(token) ? [token.stem] : []));
  const facets = new Set([...stemSet([text, ...queries].join(" ")), ...named]);
  return { ...topic, facets, isTitleOnTopic: overlap(topic.stems, stemSet(title)) >= topic.needed };
}

/** The statement of a post that says most on the topic, if it has one. */
function bestOf({ id, author, sentences }: Post, focus: Focus): Statement[] {
  const { stems, needed, isTitleOnTopic } = focus;
  if (!isTitleOnTopic && overlap(stems, stemSet(sentences.join(" "))) < needed) return [];
  let best: Statement | undefined;
  for (const [index, text] of sentences.entries()) {
    const score = standsAlone(text) ? scoreOf(text, focus) : 0;
    if (score > (best?.score ?? 0)) best = { id: `${id}.${index + 1}`, author, text, score };
  }
  return best === undefined ? [] : [best];
}

/** How much a sentence says on the topic; 0 when it is not on it or is no statement. */
function scoreOf(text: string, { stems: subject, isTitleOnTopic, facets }: Focus): number {
  const tokens = tokensOf(text);
  if (!tokens.some(({ pos }) => pos === "VERB" || pos === "AUX")) return 0;
  const stems = new Set(tokens.flatMap(({ stem, isContent }) => (isContent ? [stem] : [])));
  const onTopic = overlap(subject, stems);
  const inFocus = overlap(facets, stems);
  if (onTopic === 0 && !(isTitleOnTopic && inFocus > 0)) return 0;
  const hasNumber = tokens.some(({ word }) => /\d/.test(word));
  const isExperience = tokens.some(({ word }) => /^(?:we|our|i|my)$/.test(word));
  return onTopic * 1.5 + inFocus + (hasNumber ? 0.75 : 0) + (isExperience ? 0.5 : 0);
}

function oneOfEachAuthor(statements: readonly Statement[]): Statement[] {
  const best = new Map<string, Statement>();
  for (const statement of statements.toSorted((a, b) => b.score - a.score)) {
    if (!best.has(statement.author)) best.set(statement.author, statement);
  }
  return [...best.values()].slice(0, PER_THREAD);
}

/** Answers that say that they contradict, each with the statement they answer. */
function contradictions({ posts }: Thread, statements: readonly Statement[]): Finding[] {
  const byPost = new Map(statements.map((one) => [Number(one.id.split(".")[0]), one]));
  return posts
    .flatMap(({ id, author, parent, sentences }) => {
      const answered = parent === null ? undefined : byPost.get(parent);
      if (!answered || answered.author === author || !sentences.some(contradicts)) return [];
      const longest = sentences
        .map((text, index) => ({ text, id: `${id}.${index + 1}` }))
        .filter(({ text }) => isOfLength(text))
        .toSorted((a, b) => b.text.length - a.text.length)[0];
      return longest ? [{ answered, answer: longest }] : [];
    })
    .toSorted((a, b) => b.answered.score - a.answered.score)
    .slice(0, CONTRADICTIONS)
    .map(({ answered, answer }): Finding => {
      return { claim: answer.text, stance: "against", cites: [answered.id, answer.id] };
    });
}
