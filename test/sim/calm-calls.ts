import { isOwnChildId } from "../../lambda/core/keys.ts";

/** A call of a worker in the play in which nothing is done and nothing goes wrong. */
export interface CalmCall {
  readonly row: string;
  /** Its number among those of its row. */
  readonly nth: number;
  /** The run that it reads or changes; of a notice its parent's. */
  readonly run: string | undefined;
  readonly atMs: number;
}

const CLAIMS = ["claim", "claim over a lease"];
const GIVEN_BACK = ["park", "hand over", "release as paused", "block", "finish"];
const OF_OWNERS = [...CLAIMS, ...GIVEN_BACK];
/** Calls by which something of a run has been recorded. */
const RECORDS = ["step result", "failed attempt", "wait begins", "wait settles", "message taken"];

/** Numbers calls within their rows. */
export function numbered(calls: readonly Omit<CalmCall, "nth">[]): CalmCall[] {
  const counts = new Map<string, number>();
  return calls.map((call) => {
    const nth = (counts.get(call.row) ?? 0) + 1;
    counts.set(call.row, nth);
    return { ...call, nth };
  });
}

/** Notices that find their parent at work: had it gone on without them, it would sleep. */
export const noticesToOwners = (calls: readonly CalmCall[]): CalmCall[] =>
  calls.filter(
    (call, index) =>
      call.row === "child notice" && CLAIMS.includes(before(calls, index, OF_OWNERS)?.row ?? ""),
  );

/** Parks after which somebody joins the waiters of the run, while it sleeps. */
export const parksBeforeJoins = (calls: readonly CalmCall[]): [park: CalmCall, join: CalmCall][] =>
  calls.flatMap((call, index) => {
    const last = call.row === "waiter joins" && before(calls, index, OF_OWNERS);
    return last && last.row === "park" ? [[last, call]] : [];
  });

/** Ends of runs that a child of theirs outlives, which sends them a notice. */
export const endsBeforeNotices = (calls: readonly CalmCall[]): CalmCall[] =>
  calls.filter(
    (call, index) => call.row === "finish" && after(calls, index, ["child notice"]) !== undefined,
  );

/** Calls within a run's own child that has something recorded: it has begun, and its parent waits for it. */
export const callsInChildren = (calls: readonly CalmCall[]): CalmCall[] =>
  calls.filter(
    (call, index) =>
      isOwnChildId(call.run ?? "") &&
      ["claim", "park", "hand over", ...RECORDS].includes(call.row) &&
      before(calls, index, RECORDS) !== undefined,
  );

/** The calls of a run that come not long before one of some rows. */
export const callsBefore = (calls: readonly CalmCall[], rows: readonly string[]): CalmCall[] =>
  calls.flatMap((call, index) =>
    rows.includes(call.row)
      ? calls
          .slice(0, index + 1)
          .filter(({ run, row }) => run === call.run && [...OF_OWNERS, ...rows].includes(row))
          .slice(-4)
      : [],
  );

const before = (calls: readonly CalmCall[], index: number, rows: readonly string[]) =>
  calls.slice(0, index).findLast(({ row, run }) => run === calls[index]?.run && rows.includes(row));

const after = (calls: readonly CalmCall[], index: number, rows: readonly string[]) =>
  calls.slice(index + 1).find(({ row, run }) => run === calls[index]?.run && rows.includes(row));
