import type { ThreadSummary } from "../evidence.ts";
import type { StopReason } from "../rounds.ts";
import { claimsOf } from "./check-draft.ts";
import { count, dayOf, escaped } from "./markdown.ts";
import type { ReportParts } from "./render-report.ts";

const STOPS: Readonly<Record<StopReason, string>> = {
  "nothing-new": "the last round brought nothing new",
  enough: "more searching was judged to add little",
  "no-new-queries": "no query was left that had not been tried",
  "max-iterations": "the limit of rounds was reached",
};

/** What the report cannot speak of, as a list: gaps, dead ends, failures, what was left out. */
export function notCoveredOf({ checked, searched, itemUrl }: ReportParts): string {
  const { queries, unread, pending, missing, evidence } = searched;
  const gaps = [...new Set([...checked.gaps, ...missing])];
  const idle = queries.filter(({ newQuotes, failure }) => newQuotes === 0 && failure === null);
  const unmatched = idle.filter(({ hits }) => hits === 0);
  const matched = idle.filter(({ hits }) => hits > 0);
  const failed = queries.filter(({ failure }) => failure !== null);
  const omitted = evidence.threads.reduce((sum, thread) => sum + thread.omitted, 0);
  const lines = [
    ...gaps.map((gap) => `Open, as the model sees it: ${escaped(gap)}`),
    unmatched.length > 0 && `Nothing matches: ${queryList(unmatched)}`,
    matched.length > 0 &&
      `What these match was read before or says nothing on the topic: ${queryList(matched)}`,
    pending.length > 0 &&
      `Queries planned and not searched: ${queryList(pending.map((query) => ({ query })))}`,
    ...failed.map(
      ({ query, failure }) => `The query “${escaped(query)}” failed: ${escaped(failure ?? "")}`,
    ),
    ...unread.map(
      ({ story, title, reason }) =>
        `[${escaped(title)}](${itemUrl}${story}) could not be read: ${escaped(reason)}`,
    ),
    omitted > 0 && `${count(omitted, "comment")} of long threads that share least with the topic`,
    ...checked.dropped.map(
      ({ reason }) => `A statement was left out, because it ${escaped(reason)}`,
    ),
  ];
  return lines.flatMap((line) => (line === false ? [] : `- ${line}`)).join("\n");
}

/** The threads quoted, most quoted first, then a line of those that were only read. */
export function sourcesOf({ checked, searched, itemUrl }: ReportParts): string {
  const quoted = new Map<number, Set<string>>();
  for (const { story, id } of claimsOf(checked).flatMap(({ quotes }) => quotes)) {
    quoted.set(story, (quoted.get(story) ?? new Set()).add(id));
  }
  const times = (story: number): number => quoted.get(story)?.size ?? 0;
  const threads = searched.evidence.threads.toSorted(
    (a, b) => times(b.id) - times(a.id) || a.id - b.id,
  );
  const link = ({ id, title }: ThreadSummary): string => `[${escaped(title)}](${itemUrl}${id})`;
  const sources = threads
    .filter(({ id }) => times(id) > 0)
    .map((thread) => {
      const { author, at, points, comments, id } = thread;
      const facts = [
        ...(points === null ? [] : [count(points, "point")]),
        count(comments, "comment"),
        `${count(times(id), "sentence")} quoted`,
      ];
      return `- ${link(thread)}, ${escaped(author)}, ${dayOf(at)} (${facts.join(", ")})`;
    });
  const others = threads.filter(({ id }) => times(id) === 0).map(link);
  return [
    ...sources,
    ...(others.length > 0 ? [`- Read and not quoted: ${others.join("; ")}`] : []),
  ].join("\n");
}

/** How the report came about, as a list. */
export function methodOf({ stats, searched, model, corpus }: ReportParts): string {
  const { tokens } = stats;
  return [
    `- Written by: ${escaped(model)}`,
    `- Searched: ${corpus === "sample" ? "the sample corpus" : "Hacker News, through its search API"}, ${count(stats.iterations, "round")}, stopped because ${STOPS[stats.stopReason]}`,
    `- Queries: ${queryList(searched.queries)}`,
    `- Read: ${count(stats.threadsRead, "thread")}; posts skipped because they address programs instead of people: ${stats.hostile}`,
    `- Checked: ${count(stats.claims, "claim")} rest on sentences read in this run and quoted word for word; ${stats.dropped} did not and were left out`,
    tokens.input + tokens.output > 0
      ? `- Tokens: ${tokens.input} in, ${tokens.output} out`
      : "- Tokens: none, no language model was used",
    "- Hacker News shows no points for comments and its users are no sample of anyone: numbers of authors are not shares of opinion",
  ].join("\n");
}

const queryList = (queries: readonly { readonly query: string }[]): string =>
  queries.map(({ query }) => `“${escaped(query)}”`).join(", ");
