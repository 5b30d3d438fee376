import type { Evidence, Finding } from "../evidence.ts";
import type { Thread } from "../hn/thread.ts";
import type { ModelChoice } from "../input.ts";

/** Tokens that were paid for. */
export interface Tokens {
  readonly input: number;
  readonly output: number;
}

/** What a step lends to one call of a model. */
export interface ModelCall {
  readonly signal: AbortSignal;
  /** Sent as `Idempotency-Key`; no author of a text can know it. */
  readonly idempotencyKey: string;
  /** 1 the first time; 2 when the first answer could not be used: room for twice the tokens. */
  readonly generosity: 1 | 2;
}

/**
 * What a call came to. An answer that was paid for but cannot be used is an outcome and no error, so
 * that its tokens are recorded; `MeteredModel` decides what follows from it.
 */
export type Outcome<T> =
  | { readonly kind: "answer"; readonly value: T; readonly tokens: Tokens }
  | {
      /** Cut off at the token limit, refused by the model, or not of the form asked for. */
      readonly kind: "truncated" | "refused" | "malformed";
      /** What the model said or what is wrong with it. */
      readonly reason: string;
      readonly tokens: Tokens;
    };

/** What there seems to be on the topic, from two searches. */
export interface Landscape {
  /** Stories and comments that have all words searched for. */
  readonly stories: number;
  readonly comments: number;
  readonly titles: readonly string[];
  readonly excerpts: readonly string[];
}

/** How the search begins. */
export interface Plan {
  /** What the report should answer. */
  readonly questions: readonly string[];
  /** Keyword queries, at least one. */
  readonly queries: readonly string[];
}

/** How a round went. */
export interface RoundFacts {
  readonly iteration: number;
  readonly maxIterations: number;
  /** All queries so far. */
  readonly tried: readonly string[];
  /** Queries of this round that no story or comment matches. */
  readonly deadEnds: readonly string[];
  /** Sentences that this round added. */
  readonly newQuotes: number;
}

/** What to make of the evidence so far. */
export interface Assessment {
  /** Whether more searching would add little. */
  readonly enough: boolean;
  /** What is still not answered. */
  readonly missing: readonly string[];
  /** Follow-up queries, and alternatives to dead ends. */
  readonly next: readonly string[];
}

/** A statement of the report. */
export interface Claim {
  /** Null when the sentence cited speaks for itself. */
  readonly text: string | null;
  /** Ids of the sentences that say so. */
  readonly cites: readonly string[];
}

/** A report as its author wrote it, before anything is checked. */
export interface Draft {
  /** Answers the topic in one paragraph. */
  readonly answer: readonly Claim[];
  readonly sections: readonly { readonly heading: string; readonly claims: readonly Claim[] }[];
  readonly disagreements: readonly { readonly about: string; readonly sides: readonly Claim[] }[];
  /** What the evidence does not cover. */
  readonly gaps: readonly string[];
}

/** What reads, judges and writes: a language model, or code that only selects sentences. */
export interface ResearchModel {
  /** Which queries to begin with. */
  plan(topic: string, landscape: Landscape, call: ModelCall): Promise<Outcome<Plan>>;
  /** What a thread says on the topic, each finding with the ids of its sentences. */
  extract(
    request: {
      readonly topic: string;
      /** What is searched for, the query that found the thread first. */
      readonly queries: readonly string[];
      readonly thread: Thread;
    },
    call: ModelCall,
  ): Promise<Outcome<readonly Finding[]>>;
  /** Whether the evidence suffices, and what to search next. */
  assess(
    request: { readonly topic: string; readonly evidence: Evidence; readonly round: RoundFacts },
    call: ModelCall,
  ): Promise<Outcome<Assessment>>;
  /** The report. */
  write(
    request: { readonly topic: string; readonly evidence: Evidence },
    call: ModelCall,
  ): Promise<Outcome<Draft>>;
}

/** The name of a model as the report shows it. */
export const modelName = (choice: ModelChoice): string =>
  choice.kind === "extractive"
    ? "extractive (no language model: sentences are selected, not written)"
    : `${choice.large} for planning and writing, ${choice.small} for reading`;
