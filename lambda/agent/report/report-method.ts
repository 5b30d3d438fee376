import type { StopReason } from "../rounds.ts";
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
      ({ text, reason }) => `Left out, because it ${escaped(reason)}: ${escaped(text)}`,
    ),
  ];
  return lines.flatMap((line) => (line === false ? [] : `- ${line}`)).join("\n");
}

/** The threads read, those that are quoted first. */
export function sourcesOf({ checked, searched, itemUrl }: ReportParts): string {
  const quoted = new Map<number, number>();
  const claims = [
    ...checked.answer,
    ...checked.sections.flatMap((section) => section.claims),
    ...checked.disagreements.flatMap(({ sides }) => sides),
  ];
  for (const { story } of claims.flatMap(({ quotes }) => quotes)) {
    quoted.set(story, (quoted.get(story) ?? 0) + 1);
  }
  return searched.evidence.threads
    .toSorted((a, b) => (quoted.get(b.id) ?? 0) - (quoted.get(a.id) ?? 0) || a.id - b.id)
    .map(({ id, title, author, at, points, comments }) => {
      const facts = [
        points === null ? undefined : count(points, "point"),
        count(comments, "comment"),
        `quoted ${quoted.get(id) ?? 0} times`
          .replace(/ 1 times$/, " once")
          .replace("quoted 0 times", "read, not quoted"),
      ];
      return `- [${escaped(title)}](${itemUrl}${id}), ${escaped(author)}, ${dayOf(at)} (${facts.filter((fact) => fact !== undefined).join(", ")})`;
    })
    .join("\n");
}

/** How the report came about, as a list. */
export function methodOf({ stats, searched, model, corpus }: ReportParts): string {
  const { tokens } = stats;
  return [
    `- Written by: ${escaped(model)}`,
    `- Searched: ${corpus === "sample" ? "the sample corpus" : "Hacker News, through its search API"}, ${count(stats.iterations, "round")}, stopped because ${STOPS[stats.stopReason]}`,
    `- Queries: ${queryList(searched.queries)}`,
    `- Read: ${count(stats.threadsRead, "thread")}; ${count(stats.hostile, "post")} that address programs instead of people were skipped`,
    `- Checked: ${count(stats.claims, "claim")} rest on sentences read in this run and quoted word for word; ${stats.dropped} did not and were left out`,
    tokens.input + tokens.output > 0
      ? `- Tokens: ${tokens.input} in, ${tokens.output} out`
      : "- Tokens: none, no language model was used",
    "- Hacker News shows no points for comments and its users are no sample of anyone: numbers of authors are not shares of opinion",
  ].join("\n");
}

const queryList = (queries: readonly { readonly query: string }[]): string =>
  queries.map(({ query }) => `“${escaped(query)}”`).join(", ");
