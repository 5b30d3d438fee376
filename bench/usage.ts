import type { FaultPlan, Members } from "../localstack/embedded/faults.ts";
import { isStepRecord } from "./bare-put.ts";

/** What was asked of the services, and what it consumed. */
export interface Usage {
  /** Calls by service and action, as `dynamodb.PutItem`. */
  readonly calls: Readonly<Record<string, number>>;
  readonly writeUnits: number;
  readonly readUnits: number;
  /** Write units of runs that are no child, and of operations in scopes. */
  readonly parentUnits: number;
  /** Bytes of the last PutItem of a step's record, by who put it. */
  readonly stepBytes: { readonly bare: number; readonly engine: number };
}

const READS = new Set(["BatchGetItem", "GetItem", "Query"]);

/** Counts calls as a watcher of the embedded services. */
export class UsageCounter implements FaultPlan {
  #calls: Record<string, number> = {};
  #writeUnits = 0;
  #readUnits = 0;
  #parentUnits = 0;
  #last: { bare?: Members; engine?: Members } = {};

  /** Sees a call. */
  observe({
    service,
    action,
    input,
    consumed = [],
  }: Parameters<Required<FaultPlan>["observe"]>[0]) {
    const name = `${service}.${action}`;
    this.#calls[name] = (this.#calls[name] ?? 0) + 1;
    const units = consumed.reduce((sum, one) => sum + Number(one["CapacityUnits"]), 0);
    if (READS.has(action)) this.#readUnits += units;
    else this.#writeUnits += units;
    if (!READS.has(action) && isOfParent(input)) this.#parentUnits += units;
    const writer = action === "PutItem" ? isStepRecord(input) : undefined;
    if (writer) this.#last[writer] = input;
  }

  /** What was seen since the last time. */
  take(): Usage {
    const { bare = {}, engine = {} } = this.#last;
    const usage: Usage = {
      calls: this.#calls,
      writeUnits: this.#writeUnits,
      readUnits: this.#readUnits,
      parentUnits: this.#parentUnits,
      stepBytes: { bare: JSON.stringify(bare).length, engine: JSON.stringify(engine).length },
    };
    this.#calls = {};
    this.#writeUnits = this.#readUnits = this.#parentUnits = 0;
    this.#last = {};
    return usage;
  }
}

/** Whether a write is to a run that is no child, whose id tells, or to a record in one of its scopes. */
function isOfParent(input: Members): boolean {
  const { pk, sk } = (input["Item"] ?? input["Key"] ?? {}) as Record<
    string,
    { readonly S?: string }
  >;
  if (sk?.S === "META") return pk?.S?.includes("~") === false;
  return sk?.S?.includes("/") === true;
}
