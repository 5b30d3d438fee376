import { type Evidence, type Finding, quotesOf, summaryOf } from "../../lambda/agent/evidence.ts";
import type { Post, Thread } from "../../lambda/agent/hn/thread.ts";

/** 1 May 2024, in seconds. */
export const MAY_2024 = 1_714_521_600;

/** A comment of an invented thread. */
export const post = (id: number, author: string, ...sentences: string[]): Post => ({
  id,
  author,
  at: MAY_2024,
  parent: 9_000_000_000_001,
  sentences,
});

/** An invented thread with these comments. */
export const threadWith = (...posts: Post[]): Thread => ({
  id: 9_000_000_000_001,
  title: "Durable execution in production",
  url: null,
  author: "op_author",
  at: MAY_2024,
  points: 120,
  comments: posts.length,
  posts,
  omitted: 0,
  hostile: 0,
});

/** Evidence in which every sentence of a thread is there and cited by a finding of its own. */
export function evidenceIn(thread: Thread): Evidence {
  const quotes = [...quotesOf(thread).values()];
  const findings = quotes.map(({ id, text }): Finding => {
    return { claim: text, stance: "neutral", cites: [id] };
  });
  return { threads: [summaryOf(thread)], quotes, findings };
}
