import { authorsOf, type Quote } from "../evidence.ts";
import type { ResearchStats } from "../research.ts";
import type { Searched } from "../search-rounds.ts";
import type { CheckedClaim, CheckedDraft } from "./check-draft.ts";
import { count, dayOf, escaped, yearsOf } from "./markdown.ts";
import { methodOf, notCoveredOf, sourcesOf } from "./report-method.ts";

/** All that a report is made of. */
export interface ReportParts {
  readonly topic: string;
  readonly corpus: "live" | "sample";
  /** What an item's id is appended to for a link to it. */
  readonly itemUrl: string;
  /** Who wrote it. */
  readonly model: string;
  readonly checked: CheckedDraft;
  readonly searched: Searched;
  readonly stats: ResearchStats;
}

/** First line of every report on the sample corpus. */
const SAMPLE_LINE = "> sample corpus: invented texts, not Hacker News";

/**
 * The report in Markdown. Every link, quote, author and date is put in here, from what was read; nothing of
 * a text that a model or a stranger wrote can become a link, an image or HTML.
 */
export function renderReport(parts: ReportParts): string {
  const { topic, corpus, checked, stats } = parts;
  const blocks = [
    corpus === "sample" ? SAMPLE_LINE : "",
    `# ${escaped(capitalised(topic))}`,
    ...(stats.claims === 0 ? nothingFound(parts) : findings(parts)),
    ...section("Where people disagree", disagreementsOf(checked, parts.itemUrl)),
    ...section("What is not covered", notCoveredOf(parts)),
    ...section("Sources", sourcesOf(parts)),
    ...section("How this report was made", methodOf(parts)),
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

function section(heading: string, body: string): string[] {
  return body === "" ? [] : [`## ${heading}`, body];
}

function nothingFound({ searched, stats }: ReportParts): string[] {
  const { threads, quotes } = searched.evidence;
  const seen =
    quotes.length === 0
      ? `${count(threads.length, "thread")} were read and hold no statement on it`
      : `${count(threads.length, "thread")} were read, but none of the statements written about them could be verified`;
  return [
    `**No evidence.** Nothing was found on this topic: ${threads.length === 0 ? "no search brought a thread to read" : seen}. That says nothing about the topic itself, only that ${count(stats.queries.length, "query", "queries")} did not bring it up.`,
  ];
}

function findings({ checked, searched, itemUrl }: ReportParts): string[] {
  const { threads, quotes } = searched.evidence;
  const stories = new Set(quotes.map(({ story }) => story));
  const basis =
    `*${count(quotes.length, "statement")} by ${count(authorsOf(quotes).size, "author")} in ` +
    `${count(stories.size, "thread")} (${yearsOf(quotes.map(({ at }) => at))}) bear on the topic, ` +
    `out of ${count(threads.length, "thread")} read.*`;
  return [
    answerOf(checked, itemUrl),
    basis,
    ...(checked.sections.length > 0 ? ["## Key findings"] : []),
    ...checked.sections.flatMap(({ heading, claims }) => [
      `### ${escaped(heading)}`,
      `*${strengthOf(claims)}*`,
      claims.map((claim) => itemOf(claim, itemUrl)).join("\n"),
    ]),
  ];
}

/** The answer: a paragraph of claims, or the statements that come closest to being one. */
function answerOf({ answer }: CheckedDraft, itemUrl: string): string {
  if (answer.length === 0) return "";
  if (answer.some(({ text }) => text !== null)) {
    return answer.map((claim) => sentenceOf(claim, itemUrl)).join(" ");
  }
  const items = answer.map((claim) => itemOf(claim, itemUrl));
  return ["These statements come closest to summing up what was found:", "", ...items].join("\n");
}

/** How much stands behind some claims: `4 authors in 3 threads, 2019–2025`. */
function strengthOf(claims: readonly CheckedClaim[]): string {
  const quotes = claims.flatMap((claim) => claim.quotes);
  const stories = new Set(quotes.map(({ story }) => story));
  return `${count(authorsOf(quotes).size, "author")} in ${count(stories.size, "thread")}, ${yearsOf(quotes.map(({ at }) => at))}`;
}

const disagreementsOf = ({ disagreements }: CheckedDraft, itemUrl: string): string =>
  disagreements
    .map(({ about, sides }) =>
      [
        `**${escaped(capitalised(about))}**`,
        "",
        ...sides.map((side) => itemOf(side, itemUrl)),
      ].join("\n"),
    )
    .join("\n\n");

/** A claim within a paragraph. */
function sentenceOf({ text, quotes }: CheckedClaim, itemUrl: string): string {
  if (text === null) return quotes.map((quote) => quoted(quote, itemUrl)).join(" ");
  const links = quotes.map(
    (quote) => `[${escaped(quote.author)}, ${yearsOf([quote.at])}](${itemUrl}${quote.item})`,
  );
  return `${escaped(text)} (${links.join("; ")})`;
}

/** A claim as an item of a list, with the sentences it rests on below it. */
function itemOf({ text, quotes }: CheckedClaim, itemUrl: string): string {
  const lines = quotes.map((quote) => quoted(quote, itemUrl));
  if (text === null) return lines.map((line) => `- ${line}`).join("\n");
  return [`- ${escaped(text)}`, ...lines.map((line) => `  - ${line}`)].join("\n");
}

/** The sentence exactly as it stands in the item, with author, day and link. */
const quoted = ({ text, author, at, item }: Quote, itemUrl: string): string =>
  `“${escaped(text)}” — [${escaped(author)}, ${dayOf(at)}](${itemUrl}${item})`;

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
