const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Every bound of the engine, each with its reason. */
export const LIMITS = {
  /** How long after it became due a run is looked at again by the sweeper. */
  checkAfterMs: MINUTE,
  /** Longest delay of an SQS message (SQS developer guide, "message timers"). */
  hintDelayMaxMs: 15 * MINUTE,
  /** A longer sleep is looked at this much before its end, so that a delayed hint can be sent. */
  checkBeforeMs: 10 * MINUTE,
  /** Longest pause between two hints of a run nobody acts on. */
  nudgeMaxMs: 15 * MINUTE,
  /** First and longest pause between two looks at a blocked run. */
  blockedCheckMs: 10 * MINUTE,
  blockedCheckMaxMs: 60 * MINUTE,
  /** How long a run's records live past the run: 30 days. */
  retentionMs: 30 * DAY,
  /** Life given to a run without deadline. */
  lifeMs: 365 * DAY,
  /** How long a run may clean up after its deadline before its records need a new lease of life. */
  cleanupMs: DAY,
  /** The records of a run at rest get a new lease of life when they come this near their end. */
  restampMs: 7 * DAY,
  /** Invocations in a row without any recorded progress. */
  hopsMax: 16,
  /** From this many such invocations on, a run is advanced alone. */
  hopsAlone: 4,
  /** Crashes without progress: one may be a neighbour's doing, three more were alone. */
  crashesMax: 4,
  /** A run that has crashed this often is failed unread: reading it is what kills. */
  crashesUnread: 6,
  /** Takeovers that found one step running: one may be a neighbour's doing. */
  killsMax: 4,
  /** Deadline aborts in a row after which a step is said not to fit an invocation. */
  deadlineAbortsMax: 3,
  /** Largest value, bytes after compression. */
  valueBytes: 1_048_576,
  /** Largest value kept inside an operation's item (DynamoDB's item limit is 400 KB). */
  operationInlineBytes: 64 * 1024,
  /** Largest value kept inside META: every update bills the whole item by the kilobyte. */
  metaInlineBytes: 280,
  /** Largest outcome kept inside META: it comes with one of the last writes. */
  metaOutcomeBytes: 2_048,
  /** Size of one part of a larger value. */
  partBytes: 350 * 1024,
  /** Largest message kept inside META; a larger one is put in parts first. */
  messageInlineBytes: 300,
  /** Messages that META holds: more come only once its owner has made room. */
  mailboxMax: 100,
  /** Open messages in META above which its owner moves them into a page. */
  spillAbove: 32,
  /** Messages of one page: a page is rewritten when a round ends that has taken some of it. */
  pageMessages: 500,
  /** Messages in all the pages of a run, also those a resume gives back: all are in memory while it waits for one. */
  spilledMax: 10_000,
  /** Consumed messages in a mailbox from which a heartbeat clears them away; a park does so in any case. */
  mailboxTrim: 16,
  /** Largest body by which a callback token is completed. */
  tokenBodyBytes: 16 * 1024,
  /** A message taken this long ago has no copy on its way any more. */
  messageCopiesMs: 5 * MINUTE,
  /** Messages of rounds before in one page, 41 bytes each: well below the largest value. */
  pastPage: 10_000,
  /** Unfinished runs that wait for one run: META names each, with 26 bytes and its id of up to 200. */
  waitersMax: 1_000,
  /** Failed attempts kept with a step; older ones are dropped. */
  attemptErrorsKept: 10,
  /** Operations of one run. */
  operationsMax: 20_000,
  /** Settlements per claim; `o` counts them below the epoch. */
  settlementsPerEpoch: 1_000_000,
} as const;
