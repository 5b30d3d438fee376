import * as z from "zod";
import { RUN_STATUSES } from "./status.ts";

/** Number of the form below; another number is another form. */
const FORMAT = 1;

const time = z.int().nonnegative().describe("Milliseconds since the Unix epoch");

/** A value as a recorded history writes it. */
export const recordedValueSchema = z
  .union([
    z.strictObject({ json: z.unknown() }),
    z.strictObject({ rich: z.string() }),
    z.strictObject({ deflated: z.base64() }),
  ])
  .describe(
    "A recorded value: `json`, as JSON; `rich`, what JSON cannot say, as text of the package devalue; `deflated`, a long one, as base64 of the deflated text, in which `~` stands before devalue's",
  );

/** What a recorded history tells of the run itself. */
export const recordedRunSchema = z.strictObject({
  id: z.string(),
  incarnation: z.string().describe("One life of the id"),
  workflow: z.string(),
  versions: z
    .strictObject({
      workflow: z.string().optional().describe("What the workflow declared where it was exported"),
      blockedUnder: z.string().optional().describe("The code that the run is blocked under"),
    })
    .describe("Names of the code"),
  status: z.enum(RUN_STATUSES),
  startedAt: time,
  finishedAt: time.optional(),
  exportedAt: time,
  round: z.int().positive().describe("1, and one more with each `continueAsNew`"),
  roundAt: time.describe("When the round began"),
  seed: z.string().optional().describe("What chance is derived from, if not the incarnation"),
  epoch: z.int().nonnegative().describe("How often a worker has claimed it"),
  input: recordedValueSchema,
  output: recordedValueSchema.optional(),
  error: recordedValueSchema.optional(),
  failedOperation: z.string().optional().describe("The operation whose error ended it"),
  cancel: z
    .strictObject({ reason: z.string(), cause: z.enum(["request", "timeout"]) })
    .optional()
    .describe("The request to cancel it"),
});

/** One operation of a recorded history. */
export const recordedOperationSchema = z.strictObject({
  key: z.string(),
  kind: z.enum([
    "step",
    "sleep",
    "run",
    "start",
    "wait",
    "token",
    "send",
    "race",
    "patch",
    "cancel",
    "rollback",
  ]),
  ordinal: z.int().describe("Position among the operations of its scope, from 0"),
  state: z.enum(["pending", "backoff", "running", "waiting", "done"]),
  epoch: z.int().describe("The claim that wrote it last"),
  order: z.int().optional().describe("Place in the order of settlement; absent until settled"),
  attempts: z.int().optional().describe("Attempts made, when any"),
  failures: z
    .array(z.strictObject({ attempt: z.int(), name: z.string(), message: z.string(), at: time }))
    .optional()
    .describe("The last failed attempts"),
  startedAt: time,
  endedAt: time.optional(),
  wakeAt: z.number().optional().describe("When the wait, or the pause between attempts, ends"),
  inherited: z
    .boolean()
    .optional()
    .describe("Copied from the run that this one was forked from, which undoes it if anybody does"),
  childId: z.string().optional(),
  workflow: z.string().optional().describe("Workflow of the child"),
  messageId: z.string().optional().describe("The message that it took"),
  result: recordedValueSchema.optional(),
  error: recordedValueSchema.optional(),
});

/** The recorded history of a run, or its first page: what `RunHandle.export` gives. */
export const recordedHistorySchema = z.strictObject({
  format: z.literal(FORMAT),
  run: recordedRunSchema,
  operations: z
    .array(recordedOperationSchema)
    .describe("Settled ones in their order, then the others"),
});

/** A page of it; the first one has the run. */
export const historyPageSchema = z.strictObject({
  ...recordedHistorySchema.shape,
  run: recordedRunSchema.optional(),
  next: z.string().optional().describe("Cursor of the next page; absent on the last"),
});
