import * as z from "zod/mini";
import { RUN_STATUSES } from "../core/status.ts";

// What the HTTP API sends, as far as its clients look at it; see lambda/client/describe-run.ts.
// Fields they do not know are kept, so that an older client works with a newer API.

const runSummary = z.looseObject({
  id: z.string(),
  workflow: z.string(),
  status: z.enum(RUN_STATUSES),
  startedAt: z.number(),
  finishedAt: z.optional(z.number()),
  dueAt: z.optional(z.number()),
  epoch: z.number(),
  recoveries: z.number(),
  round: z.optional(z.number()),
  deadline: z.optional(z.number()),
  attributes: z.optional(z.record(z.string(), z.string())),
  forkedFrom: z.optional(z.looseObject({ id: z.string(), key: z.optional(z.string()) })),
});

/** One run. */
export const runSchema = z.extend(runSummary, {
  input: z.optional(z.unknown()),
  output: z.optional(z.unknown()),
  error: z.optional(z.unknown()),
  failedOperation: z.optional(z.string()),
  activity: z.array(z.string()),
});

const operation = z.looseObject({
  key: z.string(),
  kind: z.string(),
  state: z.enum(["pending", "backoff", "running", "waiting", "succeeded", "failed"]),
  startedAt: z.number(),
  endedAt: z.optional(z.number()),
  attempts: z.number(),
  errors: z.array(z.looseObject({ attempt: z.number(), name: z.string(), message: z.string() })),
  error: z.optional(z.looseObject({ name: z.string(), message: z.string() })),
  wakeAt: z.optional(z.number()),
  childId: z.optional(z.string()),
  bytes: z.number(),
});

/** The history of a run. */
export const historySchema = z.looseObject({ operations: z.array(operation) });

/** One page of runs. */
export const pageSchema = z.looseObject({
  runs: z.array(runSummary),
  next: z.optional(z.string()),
});

/** What came of what was done to one page of many runs. */
export const bulkSchema = z.looseObject({
  matched: z.number(),
  done: z.number(),
  runs: z.array(
    z.looseObject({
      id: z.string(),
      status: z.optional(z.enum(RUN_STATUSES)),
      fork: z.optional(z.string()),
    }),
  ),
  failures: z.array(z.looseObject({ id: z.string(), code: z.string(), message: z.string() })),
  next: z.optional(z.string()),
});

/** One page of a recorded history, whose parts are for the test kit to look at. */
export const exportSchema = z.looseObject({
  format: z.number(),
  run: z.optional(z.unknown()),
  operations: z.array(z.unknown()),
  next: z.optional(z.string()),
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
    details: z.optional(z.unknown()),
  }),
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
