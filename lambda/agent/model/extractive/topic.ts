import { contentWordsOf } from "../../text/words.ts";
import { stemSet, tokensOf } from "./language.ts";

/** Words that narrow a topic and are no subject by themselves; most statements on it lack them. */
const MODIFIERS = new Set(
  `advantage advantages adoption alternative alternatives best big cases comparison compared company
  companies cons cost costs drawbacks enterprise experience experiences experienced future good guide
  hobby issues large lessons learned opinion opinions people performance practice practices problem
  problems production project projects pros real reality review reviews scale simple small startup
  startups team teams tips today usage user users world`.split(/\s+/),
);

/** A topic as the extractive model understands it. */
export interface Topic {
  /** Its words that say something, in order. */
  readonly words: readonly string[];
  /** Those of them that are its subject: without modifiers, unless there is nothing else. */
  readonly subject: readonly string[];
  /** Stems of the subject. */
  readonly stems: ReadonlySet<string>;
  /** Stems of the subject that make a text be on the topic: two, or the only one. */
  readonly needed: number;
}

/** Whether a word only narrows a topic. */
export const isModifier = (word: string): boolean => MODIFIERS.has(word);

/** Understands a topic. */
export function understood(topic: string): Topic {
  const words = contentWordsOf(topic);
  const core = words.filter((word) => !isModifier(word));
  const subject = core.length > 0 ? core : words;
  const stems = stemSet(subject.join(" "));
  return { words, subject, stems, needed: Math.min(2, stems.size) };
}

/** Those words of a text that are nouns, in lower case. */
export const nounsOf = (text: string): Set<string> =>
  new Set(
    tokensOf(text).flatMap(({ word, pos }) => (pos === "NOUN" || pos === "PROPN" ? [word] : [])),
  );
