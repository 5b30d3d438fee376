import * as z from "zod";
import { RUN_ID } from "../core/keys.ts";
import { RUN_STATUSES } from "../core/status.ts";

const time = z.int().nonnegative().describe("Milliseconds since the Unix epoch");
const status = z.enum(RUN_STATUSES);

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
});

/** Query of a list. */
export const ListQuery = z.strictObject({
  workflow: z.string().optional(),
  status: status.optional(),
  since: wholeNumber(time).optional().describe("Started at or after"),
  until: wholeNumber(time).optional().describe("Started before"),
  parent: z.string().optional().describe("Children of this run only"),
  limit: wholeNumber(z.int().min(1).max(200)).optional().describe("Runs a page; 50 by default"),
  cursor: z.string().optional().describe("`next` of the page before"),
});

/** Query of one run. */
export const RunQuery = z.strictObject({
  wait: wholeNumber(z.int().min(0).max(20))
    .optional()
    .describe("Seconds to wait for the run to finish; 0 by default"),
});

/** A query that takes no parameters. */
export const NoQuery = z.strictObject({});

/** Answer to a start. */
export const StartedRun = z.strictObject({ id: z.string(), status });

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
};

/** A page of runs. */
export const RunPage = z.strictObject({
  runs: z.array(z.strictObject(summary)),
  next: z.string().optional().describe("Cursor of the next page; absent on the last"),
});

const VALUE_AS_JSON =
  "As JSON: dates, bigints, regular expressions and URLs as text, a Set as an array, a Map as an array of pairs, bytes as base64, an error as an object with name and message";

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
      state: z.enum(["pending", "backoff", "waiting", "succeeded", "failed"]),
      startedAt: time,
      endedAt: time.optional(),
      attempts: z.int(),
      errors: z
        .array(
          z.strictObject({ attempt: z.int(), name: z.string(), message: z.string(), at: time }),
        )
        .describe("Failed attempts"),
      wakeAt: time.optional().describe("When the next attempt may be made, or the sleep ends"),
      childId: z.string().optional(),
      bytes: z.int().describe("Size of the recorded result or error"),
      order: z.int().optional().describe("Place in the order of settlement; absent until settled"),
    }),
  ),
});

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
