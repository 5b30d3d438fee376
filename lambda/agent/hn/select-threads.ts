import { contentWordsOf } from "../text/words.ts";
import type { Hit } from "./search.ts";

/** A thread worth reading. */
export interface Candidate {
  readonly story: number;
  readonly title: string;
  readonly url: string | null;
}

/** What choosing threads is told. */
export interface Selection {
  /** Stories that were read before. */
  readonly exclude: ReadonlySet<number>;
  /** Most threads chosen. */
  readonly limit: number;
}

/** Threads about one site's pages are at most so many, however well they match. */
const PER_SITE = 2;
/** Constant of reciprocal rank fusion; 60 as in Cormack, Clarke and Büttcher (SIGIR 2009). */
const FUSION = 60;

interface Ranked {
  score: number;
  comments: number;
  points: number;
  hit: Hit;
}

/**
 * Chooses the threads to read from several rankings of hits: each hit counts `1 / (60 + rank)` for
 * its story, so that a thread with many matching comments rises, weighed by how much was said there.
 * Of stories with the same page or title (reposts) only the best is taken.
 */
export function selectThreads(
  rankings: readonly (readonly Hit[])[],
  { exclude, limit }: Selection,
): Candidate[] {
  const chosen: Candidate[] = [];
  const seen = new Set<string>();
  const perSite = new Map<string, number>();
  for (const { hit } of ranked(rankings)) {
    if (chosen.length === limit) break;
    const keys = [`title ${contentWordsOf(hit.title).join(" ")}`, pageOf(hit.url)].filter(
      (key) => key !== "" && key !== "title ",
    );
    const site = siteOf(hit.url);
    const ofSite = perSite.get(site) ?? 0;
    const isRepost = keys.some((key) => seen.has(key));
    for (const key of keys) seen.add(key);
    if (isRepost || exclude.has(hit.story) || (site !== "" && ofSite >= PER_SITE)) continue;
    perSite.set(site, ofSite + 1);
    chosen.push({ story: hit.story, title: hit.title, url: hit.url });
  }
  return chosen;
}

function ranked(rankings: readonly (readonly Hit[])[]): Ranked[] {
  const byStory = new Map<number, Ranked>();
  for (const hits of rankings) {
    for (const [rank, hit] of hits.entries()) {
      const known = byStory.get(hit.story) ?? { score: 0, comments: 0, points: 0, hit };
      known.score += 1 / (FUSION + rank);
      known.points = Math.max(known.points, hit.points ?? 0);
      // A comment's hit says that there is at least one.
      known.comments = Math.max(known.comments, hit.comments ?? (hit.item === hit.story ? 0 : 1));
      byStory.set(hit.story, known);
    }
  }
  return [...byStory.values()]
    .filter(({ comments, hit }) => comments > 0 || hit.excerpt !== "")
    .map((one) => ({ ...one, score: one.score * weight(one) }))
    .toSorted((a, b) => b.score - a.score || a.hit.story - b.hit.story);
}

const weight = ({ points, comments }: Ranked): number => 1 + Math.log10(1 + points + comments) / 4;

const TRACKING = /^(?:utm_.*|ref|source|fbclid|gclid)$/i;

/** A page's address without what differs between two submissions of it. */
export function pageOf(url: string | null): string {
  if (url === null || !URL.canParse(url)) return "";
  const { hostname, pathname, searchParams } = new URL(url);
  const kept = [...searchParams].filter(([name]) => !TRACKING.test(name));
  const query = new URLSearchParams(kept).toString();
  return siteName(hostname) + pathname.replace(/\/+$/, "") + (query && `?${query}`);
}

function siteOf(url: string | null): string {
  return url !== null && URL.canParse(url) ? siteName(new URL(url).hostname) : "";
}

const siteName = (hostname: string): string => hostname.toLowerCase().replace(/^www\./, "");
