import type { Members } from "../faults.ts";

/** A write unit covers a kilobyte, a read unit four ("Read and write operations"). */
const WRITE_UNIT_BYTES = 1024;
const READ_UNIT_BYTES = 4096;

/** `ConsumedCapacity` with everything that `INDEXES` asks for. */
export interface ConsumedCapacity extends Members {
  readonly TableName: string;
  /** Table and indexes together. */
  readonly CapacityUnits: number;
  readonly Table: { readonly CapacityUnits: number };
  readonly GlobalSecondaryIndexes?: Readonly<Record<string, { readonly CapacityUnits: number }>>;
}

/** How much of its consumption a request wants to see; `NONE` by default. */
export type CapacityDetail = "INDEXES" | "TOTAL" | "NONE";

/** Units of a write: one a started kilobyte of the larger of the item before and after. */
export function writeUnits(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / WRITE_UNIT_BYTES));
}

/** Units of a read: one each started four kilobytes, half of it when eventually consistent. */
export function readUnits(bytes: number, isConsistent: boolean): number {
  return Math.max(1, Math.ceil(bytes / READ_UNIT_BYTES)) * (isConsistent ? 1 : 0.5);
}

/** The consumption of one table and, by name, of its indexes. */
export function consumedCapacity(
  table: string,
  units: number,
  indexes: Readonly<Record<string, number>> = {},
): ConsumedCapacity {
  const GlobalSecondaryIndexes: Record<string, { CapacityUnits: number }> = {};
  let total = units;
  for (const [name, CapacityUnits] of Object.entries(indexes)) {
    GlobalSecondaryIndexes[name] = { CapacityUnits };
    total += CapacityUnits;
  }
  return {
    TableName: table,
    CapacityUnits: total,
    Table: { CapacityUnits: units },
    ...(total > units && { GlobalSecondaryIndexes }),
  };
}

/** The part of a consumption that a request asked for, as a member of its answer. */
export function reportCapacity(
  consumed: ConsumedCapacity,
  detail: CapacityDetail | undefined,
): { ConsumedCapacity?: Members } {
  if (detail === "INDEXES") return { ConsumedCapacity: consumed };
  if (detail !== "TOTAL") return {};
  const { TableName, CapacityUnits } = consumed;
  return { ConsumedCapacity: { TableName, CapacityUnits } };
}
