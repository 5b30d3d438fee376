import type { Finding } from "../../evidence.ts";
import type { Thread } from "../../hn/thread.ts";
import { overlap } from "../../text/words.ts";
import { stemSet, type Token, tokensOf } from "./language.ts";
import { stanceOf } from "./stance.ts";

/** Sentences taken from one thread at most, one of each author. */
const PER_THREAD = 10;
const CHARACTERS_MIN = 40;
const CHARACTERS_MAX = 320;

/** Openings that need the sentence before them, so that the sentence cannot stand alone. */
const LEANS_BACK =
  /^(?:(?:["“'(]*)(?:it|its|it's|they|he|she|this|that|that's|these|those|which|who|such|and|but|or|so|because|then|also|plus|yes|no|nope|yeah|agreed|exactly|right|same|however|although|instead|otherwise|both|neither|there|here|thanks|sure|well|edit|update|ps|source|ditto|hi|hello|hey|meta|fwiw|btw|ask)\b)/i;

/** Talk about the conversation instead of the subject. */
const IS_CHATTER =
  /https?:|\b(?:op|tl;?dr|imo|thanks|downvot\w*|upvot\w*|parent(?:'s)? (?:comment|post)|(?:this|the) (?:article|comment|thread|post|link|title|submission)|you (?:said|mention\w*|wrote)|your (?:comment|post|point|question)|disclaimer|disclosure)\b/i;

/** What a sentence must speak of. */
interface Focus {
  readonly topic: ReadonlySet<string>;
  /** Stems of the topic, of the queries, and of the title when the title is on the topic. */
  readonly all: ReadonlySet<string>;
  readonly isThreadOnTopic: boolean;
  /** Stems of `topic` that make a text be on the topic: two, or the only one. */
  readonly needed: number;
}

/**
 * The sentences of a thread that are statements on the topic: at least two of its stems (one, when it
 * has only one) must occur. In a thread whose title is on the topic, the words of queries and title count
 * as well. The claim of each finding is the sentence itself.
 */
export function extractSentences(
  topic: string,
  queries: readonly string[],
  thread: Thread,
): Finding[] {
  const focus = focusOf(topic, queries, thread.title);
  const best = new Map<string, { score: number; finding: Finding }>();
  for (const { id, author, sentences } of thread.posts) {
    for (const [index, text] of sentences.entries()) {
      if (!couldStandAlone(text)) continue;
      const tokens = tokensOf(text);
      const score = scoreOf(tokens, focus);
      if (score === 0 || score <= (best.get(author)?.score ?? 0)) continue;
      const cites = [`${id}.${index + 1}`];
      best.set(author, { score, finding: { claim: text, stance: stanceOf(tokens), cites } });
    }
  }
  return [...best.values()]
    .toSorted((a, b) => b.score - a.score)
    .slice(0, PER_THREAD)
    .map(({ finding }) => finding);
}

function focusOf(topic: string, queries: readonly string[], title: string): Focus {
  const stems = stemSet(topic);
  const needed = Math.min(2, stems.size);
  const isThreadOnTopic = overlap(stems, stemSet(title)) >= needed;
  const texts = isThreadOnTopic ? [...queries, title] : queries;
  const all = new Set([...stems, ...texts.flatMap((text) => [...stemSet(text)])]);
  return { topic: stems, all, isThreadOnTopic, needed };
}

function couldStandAlone(text: string): boolean {
  return (
    text.length >= CHARACTERS_MIN &&
    text.length <= CHARACTERS_MAX &&
    /^["“'(]*[\p{Lu}\p{N}]/u.test(text) &&
    /[.!)”"]$/.test(text) &&
    !LEANS_BACK.test(text) &&
    !IS_CHATTER.test(text)
  );
}

/** How much a sentence says on the topic; 0 when it is not on it or is no statement. */
function scoreOf(tokens: readonly Token[], focus: Focus): number {
  if (!tokens.some(({ pos }) => pos === "VERB" || pos === "AUX")) return 0;
  const stems = new Set(tokens.flatMap(({ stem, isContent }) => (isContent ? [stem] : [])));
  const onTopic = overlap(focus.topic, stems);
  const inFocus = overlap(focus.all, stems);
  const isOnTopic = onTopic >= focus.needed || (focus.isThreadOnTopic && inFocus >= 2);
  if (!isOnTopic) return 0;
  const hasNumber = tokens.some(({ word }) => /\d/.test(word));
  const isExperience = tokens.some(({ word }) => /^(?:we|our|i|my)$/.test(word));
  return inFocus + onTopic / 2 + (hasNumber ? 0.75 : 0) + (isExperience ? 0.5 : 0);
}
