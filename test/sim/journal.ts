import type { WatchedCall } from "../../lambda/testing/world-options.ts";

/** A call as the journal of a play keeps it. */
export interface JournalEntry {
  readonly atMs: number;
  readonly call: WatchedCall;
  readonly row: string;
}
