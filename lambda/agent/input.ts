import * as z from "zod";

const modelName = z
  .string()
  .regex(/^[\w.:/-]{1,100}$/, "must be 1 to 100 letters, digits and . _ : / -");

/** Which model reads and writes, as stored in a run's input. */
export const modelChoice = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("extractive") }),
  z.strictObject({
    kind: z.literal("openai"),
    /** Which API the server has: OpenAI's own is `responses`, compatible servers often only `chat`. */
    api: z.enum(["responses", "chat"]),
    /** Model that extracts and assesses. */
    small: modelName,
    /** Model that plans and writes. */
    large: modelName,
  }),
]);

/** Where the run searches, as stored in its input. */
export const corpusChoice = z.enum(["live", "sample"]);

const text = (min: number, max: number) =>
  z
    .string()
    .trim()
    .min(min)
    .max(max)
    .regex(/^\P{Cc}*$/u, "must not contain control characters")
    .refine((value) => /[\p{L}\p{N}]/u.test(value), "must contain a letter or digit");

/**
 * Input of the workflow `research`. It holds no URL and no key: where requests go is decided by the
 * environment of the worker, never by whoever starts a run.
 */
export const researchInput = z.strictObject({
  /** What to find out, 3 to 200 characters after trimming. */
  topic: text(3, 200),
  /** Most rounds of searching, 1 to 8. Default 3. */
  maxIterations: z.int().min(1).max(8).default(3),
  model: modelChoice,
  corpus: corpusChoice,
});

/** Input of the workflow `search-query`: one query of a research run. */
export const searchQueryInput = z.strictObject({
  topic: text(3, 200),
  query: text(1, 100),
  /** The other queries of the round: what else to look for in the threads that this one finds. */
  facets: z.array(text(1, 100)).max(20),
  model: modelChoice,
  corpus: corpusChoice,
  /** Ids of stories that need not be read. */
  exclude: z.array(z.int().positive()).max(2_000),
});

/** Which model reads and writes. */
export type ModelChoice = z.output<typeof modelChoice>;
/** Where a run searches: the real Hacker News, or the sample corpus of the embedded stack. */
export type Corpus = z.output<typeof corpusChoice>;
/** What a research run is started with. */
export type ResearchInput = z.input<typeof researchInput>;
/** The same, checked, its defaults filled in. */
export type ParsedResearchInput = z.output<typeof researchInput>;
/** The input of a query's run. */
export type SearchQueryInput = z.output<typeof searchQueryInput>;
