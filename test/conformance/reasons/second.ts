/** Why a numbered scenario, or a part of one, has no test: it does not apply, or belongs to what is not built yet. */
export interface Reason {
  readonly kind: "not applicable" | "later";
  readonly why: string;
}

const QUEUES: Reason = {
  kind: "later",
  why: "belongs to named queues: concurrency, rate, priority, keys and delays in front of runs",
};
const STREAMS: Reason = { kind: "later", why: "belongs to streams: chunks that a run writes out" };
const SCHEDULES: Reason = { kind: "later", why: "belongs to schedules and debouncing" };
const VALUES: Reason = { kind: "later", why: "belongs to published values" };

const later = (why: string): Reason => ({ kind: "later", why });
const notApplicable = (why: string): Reason => ({ kind: "not applicable", why });

/** Reasons for the scenarios 59 to 122; some have tests of their other half, too. */
export const reasons: Readonly<Record<number, Reason>> = {
  61: later("reading a stream and a published value, which a cancel is to end, too"),
  66: later("a fork onto a queue or a partition; the other forms have tests"),
  67: later("published values and streams in a fork; messages and history have tests"),
  69: notApplicable(
    "children ids to be replaced by a caller: a fork keeps the outcomes before the cut, and the ids of its own children follow from its own",
  ),
  70: later("export and import"),
  73: later("a queued run's clock; recovery and resume have tests"),
  79: VALUES,
  80: VALUES,
  81: notApplicable(
    "starts and sends inside a transaction of the caller's database: a run's state is in DynamoDB, one conditional write at a time; the other half has tests",
  ),
  82: STREAMS,
  83: STREAMS,
  84: STREAMS,
  85: STREAMS,
  86: STREAMS,
  87: STREAMS,
  88: STREAMS,
  89: STREAMS,
  90: STREAMS,
  91: STREAMS,
  92: QUEUES,
  94: QUEUES,
  95: QUEUES,
  96: QUEUES,
  97: QUEUES,
  98: QUEUES,
  99: later("the same id on a queue and on another queue; the same id of a run has tests"),
  100: later(
    "a resume that goes past a queue or onto another; the cancel of a run not begun has tests",
  ),
  101: QUEUES,
  102: QUEUES,
  103: QUEUES,
  104: QUEUES,
  105: notApplicable(
    "pollers of its own: the event source mapping of Lambda polls, and its batches and visibility are tested with the embedded one",
  ),
  106: QUEUES,
  107: QUEUES,
  110: SCHEDULES,
  111: later(
    "pausing, resuming and adding schedules at run time; that a tick starts one run has tests",
  ),
  112: SCHEDULES,
  113: SCHEDULES,
  114: SCHEDULES,
  115: SCHEDULES,
  116: notApplicable(
    "an order to choose: lists come newest first, which is the order of their indexes; all the rest has tests",
  ),
  117: later("counts and aggregates"),
  118: notApplicable(
    "a limit by the number of rows: each run expires by its own time to live, and none for the sake of others; age and deletion have tests",
  ),
  119: later("a search by attributes that has an index; the filter of lists has tests"),
};
