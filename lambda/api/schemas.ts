import * as z from "zod";
import { RUN_ID } from "../core/keys.ts";
import { shownArgument } from "../core/known-options.ts";
import { historyPageSchema } from "../core/recorded-history-schema.ts";
import { RUN_STATUSES } from "../core/status.ts";

const time = z.int().nonnegative().describe("Milliseconds since the Unix epoch");
const status = z.enum(RUN_STATUSES);

const attributes = z
  .record(z.string(), z.string())
  .describe("Texts by which the run can be found: at most 10, of at most 200 characters each");
const DURATION_UNIT = z.enum(["ms", "s", "m", "h", "d", "w"]);

const timeout = z.union(
  [z.int().positive(), z.templateLiteral([z.number().nonnegative(), DURATION_UNIT])],
  {
    error: ({ input }) =>
      `${shownArgument(input)} is not a duration; give whole milliseconds above 0, or text such as "250ms", "20s", "1m", "1.5h", "3d"`,
  },
);

/** A whole number in a query. */
const wholeNumber = (schema: z.ZodType<number, number>) =>
  z
    .string()
    .regex(/^\d{1,16}$/, "must be a whole number")
    .transform(Number)
    .pipe(schema);

/** Body of a start. */
export const StartRun = z.strictObject({
  input: z.unknown().optional().describe("What the workflow is given; its schema checks it"),
  id: z
    .string()
    .regex(RUN_ID, "must be 1 to 200 of A-Z a-z 0-9 . _ : -")
    .optional()
    .describe("Id of the run and idempotency key of its start; a fresh one when left out"),
  timeout: timeout
    .optional()
    .describe(
      'Time after which the run is cancelled if it has not finished: milliseconds, or text such as "90s" or "1.5h"; none when left out',
    ),
  attributes: attributes.optional(),
});

/** Body of a request to end a run. */
export const EndRun = z.strictObject({
  reason: z.string().max(200).optional().describe("For those who look at the run"),
});

/** Body of a fork. */
export const ForkRun = z.strictObject({
  from: z
    .string()
    .optional()
    .describe("Key of the operation to ask again first; by default what ended the run"),
  input: z.unknown().optional().describe("Another input than that of the run"),
  id: z
    .string()
    .regex(RUN_ID, "must be 1 to 200 of A-Z a-z 0-9 . _ : -")
    .optional()
    .describe("Id of the new run; a fresh one when left out"),
  timeout: timeout
    .optional()
    .describe("Time after which the new run is cancelled; by default what its source was given"),
});

/** Body of the forks of many runs. */
export const ForkRuns = ForkRun.pick({ from: true, timeout: true });

/** Body of the deletion of many runs. */
export const DeleteRuns = z.strictObject({
  children: z
    .boolean()
    .optional()
    .describe("Whether their own child runs, and theirs, are deleted, too; `false` by default"),
});

/** A body that has no fields. */
export const NoFields = z.strictObject({});

/** Body of an event: any JSON. */
export const EventValue = z.unknown().describe("What the event carries");

/** Body that completes a token: any JSON. */
export const TokenValue = z.unknown().describe("What the token is completed with");

/** Answer to the completion of a token. */
export const TokenCompleted = z.strictObject({ completed: z.literal(true) });

/** A parameter of a query that may come several times. */
const several = <S extends z.ZodType>(schema: S) =>
  z.preprocess((given) => (typeof given === "string" ? [given] : given), z.array(schema));

/** Query of a list. */
export const ListQuery = z.strictObject({
  workflow: several(z.string()).optional().describe("Of this workflow; several: of any of them"),
  status: several(status)
    .optional()
    .describe(
      "In this status; several: in any of them. Lists of `failed` and `blocked` ones alone are ordered by when they became so, others by their start",
    ),
  since: wholeNumber(time)
    .optional()
    .describe("Started at or after; 30 days ago by default, but for failed and blocked runs"),
  until: wholeNumber(time).optional().describe("Started before"),
  parent: z.string().optional().describe("Children of this run only"),
  attribute: several(z.string().regex(/^[A-Za-z0-9._-]{1,50}:/, "must be NAME:VALUE"))
    .optional()
    .describe("NAME:VALUE of an attribute that the runs were started with; several: all of them"),
  limit: wholeNumber(z.int().min(1).max(200)).optional().describe("Runs a page; 50 by default"),
  cursor: z.string().optional().describe("`next` of the page before"),
});

/** Query of what is done to many runs: which these are. */
export const BulkQuery = z.strictObject({
  ...ListQuery.shape,
  limit: ListQuery.shape.limit.describe("Runs a request; 50 by default"),
  dryRun: z
    .enum(["true", "false"])
    .optional()
    .describe("Whether the runs are only told and nothing is changed; `false` by default"),
});

/** Query of one run. */
export const RunQuery = z.strictObject({
  wait: wholeNumber(z.int().min(0).max(20))
    .optional()
    .describe("Seconds to wait for the run to finish; 0 by default"),
});

/** Query of a deletion. */
export const DeleteQuery = z.strictObject({
  children: z
    .enum(["true", "false"])
    .optional()
    .describe("Whether its own child runs, and theirs, are deleted, too; `false` by default"),
});

/** A query that takes no parameters. */
export const NoQuery = z.strictObject({});

/** How a run stands: the answer to a start or an action. */
export const RunStanding = z.strictObject({ id: z.string(), status });

/** Answer to what leaves nothing to show. */
export const NamedRun = z.strictObject({ id: z.string() });

const summary = {
  id: z.string(),
  workflow: z.string(),
  status,
  startedAt: time,
  finishedAt: time.optional(),
  dueAt: time.optional().describe("When a waiting run goes on by itself"),
  parent: z.string().optional().describe("The run that started it, when it is a child"),
  epoch: z.int().describe("How often a worker has claimed it"),
  recoveries: z.int().describe("Claims that followed the death of a worker"),
  round: z.int().describe("1, and one more with each `continueAsNew`"),
  deadline: time.optional().describe("When it is cancelled if it has not finished"),
  forkedFrom: z
    .strictObject({ id: z.string(), incarnation: z.string(), key: z.string().optional() })
    .optional()
    .describe("The run it was forked from, and the operation it asks again first"),
  attributes: attributes.optional(),
};

/** A page of runs. */
export const RunPage = z.strictObject({
  runs: z.array(z.strictObject(summary)),
  next: z.string().optional().describe("Cursor of the next page; absent on the last"),
});

/** What came of what was asked to be done to many runs, for one page of them. */
export const BulkPage = z.strictObject({
  matched: z.int().describe("Runs of this page"),
  done: z.int().describe("Those that it was done to; none in a dry run"),
  runs: z
    .array(
      z.strictObject({
        id: z.string(),
        status: status.optional().describe("How it stands, or its fork; absent when deleted"),
        fork: z.string().optional().describe("The run that was forked from it"),
      }),
    )
    .describe("These; in a dry run, those that it would be done to"),
  failures: z
    .array(z.strictObject({ id: z.string(), code: z.string(), message: z.string() }))
    .describe("The others, each with its error"),
  next: z
    .string()
    .optional()
    .describe("`cursor` of the request that goes on; absent when all runs are through"),
});

const VALUE_AS_JSON =
  "As JSON: dates, bigints, regular expressions and URLs as text, a Set as an array, a Map as an array of pairs, bytes as base64, an error as an object with name, message and stack";

/** A run. */
export const Run = z.strictObject({
  ...summary,
  input: z.unknown().optional().describe(VALUE_AS_JSON),
  output: z.unknown().optional().describe(`When it succeeded. ${VALUE_AS_JSON}`),
  error: z.unknown().optional().describe(`When it did not succeed. ${VALUE_AS_JSON}`),
  failedOperation: z.string().optional().describe("The operation whose error ended it"),
  activity: z.array(z.string()).describe("Operations at work at the last heartbeat"),
});

/** The recorded operations of a run. */
export const History = z.strictObject({
  operations: z.array(
    z.strictObject({
      key: z.string(),
      kind: z.string(),
      state: z.enum(["pending", "backoff", "running", "waiting", "succeeded", "failed"]),
      startedAt: time,
      endedAt: time.optional(),
      attempts: z.int(),
      errors: z
        .array(
          z.strictObject({ attempt: z.int(), name: z.string(), message: z.string(), at: time }),
        )
        .describe("Failed attempts"),
      error: z
        .strictObject({ name: z.string(), message: z.string() })
        .optional()
        .describe("What it failed with; absent when that is over 64 KB"),
      wakeAt: time.optional().describe("When the next attempt may be made, or the sleep ends"),
      childId: z.string().optional(),
      bytes: z.int().describe("Size of the recorded result or error"),
      order: z.int().optional().describe("Place in the order of settlement; absent until settled"),
    }),
  ),
});

/** Query of an export. */
export const ExportQuery = z.strictObject({
  cursor: z.string().optional().describe("`next` of the page before; the first page without"),
});

/** A page of a recorded history. */
export const HistoryPage = historyPageSchema;

/** Liveness. */
export const Health = z.strictObject({ status: z.literal("ok"), version: z.string() });

/** Every error, whatever the route. */
export const Failure = z.strictObject({
  error: z.strictObject({
    code: z.string().describe("Stable, in snake case: what programs should look at"),
    message: z.string().describe("What was wrong and what to do, for people"),
    details: z.unknown().optional(),
  }),
});
