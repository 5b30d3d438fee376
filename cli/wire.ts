import * as z from "zod";
import { RUN_STATUSES } from "../lambda/core/status.ts";

// What the HTTP API sends, as far as the command line looks at it; see lambda/client/describe-run.ts.
// Fields it does not know are kept for --json, so that an older command line works with a newer API.

const runSummary = z.looseObject({
  id: z.string(),
  workflow: z.string(),
  status: z.enum(RUN_STATUSES),
  startedAt: z.number(),
  finishedAt: z.number().optional(),
  dueAt: z.number().optional(),
  epoch: z.number(),
  recoveries: z.number(),
  deadline: z.number().optional(),
  attributes: z.record(z.string(), z.string()).optional(),
  forkedFrom: z.looseObject({ id: z.string(), key: z.string().optional() }).optional(),
});

/** One run. */
export const runSchema = z.looseObject({
  ...runSummary.shape,
  input: z.unknown().optional(),
  output: z.unknown().optional(),
  error: z.unknown().optional(),
  failedOperation: z.string().optional(),
  activity: z.array(z.string()),
});

const operation = z.looseObject({
  key: z.string(),
  kind: z.string(),
  state: z.enum(["pending", "backoff", "waiting", "succeeded", "failed"]),
  startedAt: z.number(),
  endedAt: z.number().optional(),
  attempts: z.number(),
  errors: z.array(z.looseObject({ attempt: z.number(), name: z.string(), message: z.string() })),
  wakeAt: z.number().optional(),
  childId: z.string().optional(),
  bytes: z.number(),
});

/** The history of a run. */
export const historySchema = z.looseObject({ operations: z.array(operation) });

/** One page of runs. */
export const pageSchema = z.looseObject({
  runs: z.array(runSummary),
  next: z.string().optional(),
});

/** Answer to the completion of a token. */
export const completedSchema = z.object({ completed: z.literal(true) });

/** The reply to what leaves nothing of a run to show. */
export const namedSchema = z.looseObject({ id: z.string() });

/** The reply to a start or an action: how the run stands. */
export const standingSchema = z.looseObject({ id: z.string(), status: z.enum(RUN_STATUSES) });

/** What went wrong, in the body of any reply that is not a success. */
export const failureSchema = z.looseObject({
  error: z.looseObject({
    code: z.string(),
    message: z.string(),
    details: z.unknown().optional(),
  }),
});

/** Complaints about single fields, in the details of a failure. */
export const issuesSchema = z.looseObject({
  issues: z.array(z.looseObject({ path: z.string(), message: z.string() })),
});

/** A run with its values. */
export type Run = z.infer<typeof runSchema>;
/** A run as lists show it. */
export type RunSummary = z.infer<typeof runSummary>;
/** One recorded operation of a run. */
export type Operation = z.infer<typeof operation>;
/** One page of runs, newest first. */
export type RunPage = z.infer<typeof pageSchema>;
/** How a run stands. */
export type Standing = z.infer<typeof standingSchema>;
