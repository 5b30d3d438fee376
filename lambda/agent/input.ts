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

/** What is asked of OpenAI when nobody names a model: a small one reads, a large one writes (developers.openai.com, "Models"). */
export const OPENAI_MODELS = {
  kind: "openai",
  api: "responses",
  small: "gpt-5.4-mini",
  large: "gpt-5.4",
} as const satisfies z.output<typeof modelChoice>;

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

/** A query as it is searched for. */
const queryText = text(1, 100);

/** Shortest and longest time that a plan may wait for its approval: a minute, a year. */
const APPROVAL_MS = { min: 60_000, max: 365 * 86_400_000 } as const;

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
  /** How long the plan waits for a person to approve it, milliseconds. Default: it needs no approval. */
  approvalTimeoutMs: z.int().min(APPROVAL_MS.min).max(APPROVAL_MS.max).optional(),
});

/** Input of the workflow `plan-research`: the first look of a research run, and its plan. */
export const planInput = researchInput.pick({ topic: true, model: true, corpus: true });

/** Key of the child run that has planned a research that needs approval. */
export const PLAN = "plan";

/** Name of the event that answers a plan. */
export const APPROVAL = "approval";

/** What a person says to a plan. */
export const approvalAnswer = z.strictObject({
  approved: z.boolean(),
  /** To be searched in place of the planned ones, 1 to 20. */
  queries: z.array(queryText).min(1).max(20).optional(),
  /** Why it was rejected. */
  reason: z.string().max(500).optional(),
});

/** Input of the workflow `search-query`: one query of a research run. */
export const searchQueryInput = z.strictObject({
  topic: text(3, 200),
  query: queryText,
  /** The other queries of the round: what else to look for in the threads that this one finds. */
  facets: z.array(queryText).max(20),
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
/** What a person says to a plan. */
export type ApprovalAnswer = z.output<typeof approvalAnswer>;
/** What is planned for. */
export type PlanInput = z.output<typeof planInput>;
/** The input of a query's run. */
export type SearchQueryInput = z.output<typeof searchQueryInput>;
