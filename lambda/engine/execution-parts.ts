import type { Meta } from "../store/meta.ts";
import type { Invocation } from "./dependencies.ts";
import type { History } from "./history.ts";
import type { Lease } from "./lease.ts";

/** What an execution is made of. */
export interface ExecutionParts {
  readonly meta: Meta;
  readonly lease: Lease;
  readonly history: History;
  readonly invocation: Invocation;
  readonly longestBodyMs: number;
  /** Places of settlement that former executions of this claim have taken. */
  readonly placesTaken: number;
  readonly isTakeover: boolean;
  readonly countsKills: boolean;
}
