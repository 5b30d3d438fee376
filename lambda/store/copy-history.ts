import { LIMITS } from "../core/limits.ts";
import { loadHistory } from "./load-history.ts";
import type { Message } from "./mailbox.ts";
import { operationItem, type OperationRecord } from "./operation.ts";
import type { Table } from "./table.ts";
import { openValues, type StoredValue } from "./values.ts";

/** Where a copy of a history goes. */
export interface CopyPlace {
  /** Of this copy alone: another attempt at copying the same history has another. */
  readonly historyPk: string;
  readonly ttlSeconds: number;
  /** Draws names for parts. */
  readonly nonce: () => string;
}

/**
 * Reads a history that may still grow: by its owner, or by a former one's late records. Whatever had to
 * settle before a record that this returns is returned, too, which one read of several pages does not
 * give. What settled after the first read had begun to end is left out: everything that was given to
 * the code before any of the rest is seen by the second.
 */
export async function readSnapshot(table: Table, historyPk: string): Promise<OperationRecord[]> {
  const first = await loadHistory(table, historyPk);
  const last = first.reduce((max, { order = 0 }) => Math.max(max, order), 0);
  return (await loadHistory(table, historyPk)).filter(({ order = 0 }) => order <= last);
}

/** Records being copied at a time. */
const AT_A_TIME = 25;

/**
 * Copies records, with the parts of their values: a copy must not lose them when what it was made from
 * is deleted or expires. The settled ones are numbered anew, from 1: below every number that a claim
 * gives, whatever the epoch of the run they now belong to.
 * @param records the settled ones in their order
 */
export async function copyRecords(
  table: Table,
  records: readonly OperationRecord[],
  to: CopyPlace,
): Promise<void> {
  let settled = 0;
  const numbered = records.map((record) => ({
    ...record,
    epoch: 0,
    ...(record.order !== undefined && { order: (settled += 1) }),
  }));
  while (numbered.length > 0) {
    await Promise.all(
      numbered.splice(0, AT_A_TIME).map(async (record) => {
        const { result, error, sent } = record;
        const copy = {
          ...record,
          ...(sent !== undefined && { sent: await copyValue(table, sent, to) }),
          ...(result !== undefined && { result: await copyValue(table, result, to) }),
          ...(error !== undefined && { error: await copyValue(table, error, to) }),
        };
        // Nobody else writes there until META names it. Then a late repetition of this must not take back
        // what the copy's owner has made of it.
        const item = operationItem(to.historyPk, copy, to.ttlSeconds);
        await table.put(item, "attribute_not_exists(#pk)");
      }),
    );
  }
}

/** A value as a copy refers to it: as it is, or with parts of its own. */
export async function copyValue(
  table: Table,
  value: StoredValue,
  to: CopyPlace,
): Promise<StoredValue> {
  const isInline = typeof value === "string" || value instanceof Uint8Array;
  return isInline ? value : keepCopy(table, value, to, 0);
}

/** A message as the mailbox of a copy has it, with a part of its own when it is large. */
export async function copyMessage(table: Table, message: Message, to: CopyPlace): Promise<Message> {
  const value = await keepCopy(table, message.value, to, LIMITS.messageInlineBytes);
  return { ...message, value };
}

async function keepCopy(
  table: Table,
  value: StoredValue,
  { historyPk, ttlSeconds, nonce }: CopyPlace,
  inlineBytes: number,
): Promise<StoredValue> {
  const values = openValues(table);
  const whole = await values.fetch(value);
  return values.keep(whole, { historyPk, inlineBytes, ttlSeconds, nonce: nonce() });
}
