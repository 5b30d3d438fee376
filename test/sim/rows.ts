/** A part of a call by which its row is recognised. */
interface Row {
  readonly name: string;
  readonly action: string;
  readonly has?: readonly string[];
  readonly hasNot?: readonly string[];
}

/**
 * What a call is, in the words of the transitions in ARCHITECTURE.md: the first that fits, told by
 * the call's action and by what its body has and has not.
 */
const ROWS: readonly Row[] = [
  { name: "continue as new", action: "UpdateItem", has: ["#round = #round + :one"] },
  { name: "terminate", action: "UpdateItem", has: ["#status = :cancelled, #epoch"] },
  {
    name: "claim over a lease",
    action: "UpdateItem",
    has: ["#epoch = #epoch + :one", "#crashes = if_not_exists"],
  },
  { name: "claim", action: "UpdateItem", has: ["#epoch = #epoch + :one"] },
  { name: "takeover mark", action: "UpdateItem", has: ["#q = if_not_exists"] },
  { name: "trim", action: "UpdateItem", has: ["#activity = :activity", '":seen"'] },
  { name: "heartbeat", action: "UpdateItem", has: ["#activity = :activity"] },
  { name: "park", action: "UpdateItem", has: ["#status = :waiting,", '":seen"'] },
  { name: "finish", action: "UpdateItem", has: ["#finishedAt = :now"] },
  { name: "spill", action: "UpdateItem", has: ["#spilled = :after"] },
  { name: "settle owed", action: "UpdateItem", has: ["REMOVE #owed"] },
  { name: "block", action: "UpdateItem", has: ["#code = :code,"] },
  { name: "cancel", action: "UpdateItem", has: ["#cancel = "] },
  { name: "resume ended run", action: "UpdateItem", has: ["#gen = :next"] },
  { name: "send", action: "UpdateItem", has: ["#box = list_append"] },
  { name: "send", action: "UpdateItem", has: ["#wakeSeq = #wakeSeq + :one", '":max"'] },
  { name: "ask to pause", action: "UpdateItem", has: ["#pause = :true"] },
  { name: "release as paused", action: "UpdateItem", has: ["#status = :paused", "#hops = :zero"] },
  { name: "pause", action: "UpdateItem", has: ["#status = :paused, #checkAt"] },
  { name: "resume", action: "UpdateItem", has: ["#status = :queued, #dueAt = :now"] },
  { name: "take pause back", action: "UpdateItem", has: ["SET #tx = :tx REMOVE #pause"] },
  { name: "child notice", action: "UpdateItem", has: ["#wakeSeq = #wakeSeq + :one"] },
  { name: "child notice", action: "UpdateItem", has: ["SET #wakeSeq = ", "#tx = :tx"] },
  { name: "waiter joins", action: "UpdateItem", has: ["ADD #waiters"] },
  { name: "ended waiters leave", action: "UpdateItem", has: ["DELETE #waiters"] },
  { name: "sweep", action: "UpdateItem", has: ["#nudges = :nudges"] },
  { name: "hand over", action: "UpdateItem", has: ["#status = :waiting,", "#dueAt = :now"] },
  { name: "restamp", action: "UpdateItem", has: ["#ttl = :ttl"] },
  {
    name: "put as cancelled",
    action: "PutItem",
    has: ['"sk":{"S":"META"}', '"status":{"S":"cancelled"}'],
  },
  { name: "fork", action: "PutItem", has: ['"sk":{"S":"META"}', '"forkedFrom":'] },
  { name: "child start", action: "PutItem", has: ['"sk":{"S":"META"}', '"parent":'] },
  { name: "start", action: "PutItem", has: ['"sk":{"S":"META"}'] },
  { name: "part of a value", action: "PutItem", has: ['"sk":{"S":"PART#'] },
  {
    name: "copy of a record",
    action: "PutItem",
    has: ['"sk":{"S":"OP#', '"attribute_not_exists(#pk)"'],
  },
  { name: "at-most-once mark", action: "PutItem", has: ['"s":{"S":"running"}'] },
  { name: "loser told", action: "PutItem", has: ['"s":{"S":"waiting"}', '"g":{"BOOL":true}'] },
  { name: "wait begins", action: "PutItem", has: ['"s":{"S":"waiting"}'] },
  { name: "deadline abort", action: "PutItem", has: ['"s":{"S":"backoff"}', '"z":'] },
  { name: "failed attempt", action: "PutItem", has: ['"s":{"S":"backoff"}'] },
  { name: "step result", action: "PutItem", has: ['"s":{"S":"done"}', '"k":{"S":"step"}'] },
  { name: "detached start", action: "PutItem", has: ['"s":{"S":"done"}', '"k":{"S":"start"}'] },
  { name: "race decided", action: "PutItem", has: ['"s":{"S":"done"}', '"k":{"S":"race"}'] },
  { name: "cancel delivered", action: "PutItem", has: ['"k":{"S":"cancel"}'] },
  { name: "rollback", action: "PutItem", has: ['"s":{"S":"done"}', '"k":{"S":"rollback"}'] },
  {
    name: "rollback begins",
    action: "PutItem",
    has: ['"s":{"S":"pending"}', '"k":{"S":"rollback"}'],
  },
  { name: "patch", action: "PutItem", has: ['"k":{"S":"patch"}'] },
  { name: "token drawn", action: "PutItem", has: ['"s":{"S":"done"}', '"k":{"S":"token"}'] },
  { name: "message sent", action: "PutItem", has: ['"s":{"S":"done"}', '"k":{"S":"send"}'] },
  {
    name: "message taken",
    action: "PutItem",
    has: ['"s":{"S":"done"}', '"k":{"S":"wait"}', '"m":{"S":'],
  },
  { name: "wait settles", action: "PutItem", has: ['"s":{"S":"done"}'] },
  { name: "load", action: "Query", hasNot: ['"IndexName"'] },
  { name: "look for due runs", action: "Query" },
  { name: "read run", action: "GetItem" },
  { name: "read children", action: "BatchGetItem" },
  { name: "send hint", action: "SendMessage" },
  { name: "hide message", action: "ChangeMessageVisibility" },
  { name: "hide message", action: "ChangeMessageVisibilityBatch" },
  { name: "delete message", action: "DeleteMessage" },
  { name: "delete run", action: "DeleteItem", has: ['"sk":{"S":"META"}'] },
  { name: "delete record", action: "DeleteItem" },
];

/** Those that a call of an action may be of. */
const ROWS_BY_ACTION = new Map(
  ROWS.map(({ action }) => [action, ROWS.filter((one) => one.action === action)]),
);

/** The row of a call. Throws for one that is not known: the simulation would be blind to it. */
export function rowOf(action: string, body: string): string {
  const row = ROWS_BY_ACTION.get(action)?.find(
    (one) =>
      (one.has ?? []).every((part) => body.includes(part)) &&
      !(one.hasNot ?? []).some((part) => body.includes(part)),
  );
  if (!row) throw new Error(`no row fits ${action} ${body}; add it to test/sim/rows.ts`);
  return row.name;
}

/** The rows by name, in order. */
export const rowNames: readonly string[] = [...new Set(ROWS.map(({ name }) => name))];

/** Rows whose writes touch an attribute that is a key of an index, or that read one. */
export const INDEXED_ROWS: ReadonlySet<string> = new Set([
  "start",
  "child start",
  "park",
  "hand over",
  "finish",
  "settle owed",
  "block",
  "send",
  "child notice",
  "cancel",
  "put as cancelled",
  "sweep",
  "look for due runs",
  "terminate",
  "resume ended run",
  "pause",
  "release as paused",
  "resume",
  "fork",
  "delete run",
]);
