import { text } from "./attributes.ts";
import { operationFrom, type OperationRecord } from "./operation.ts";
import { OPERATION_PREFIX } from "./schema.ts";
import type { Table } from "./table.ts";

/** Reads one operation's record, consistently; undefined when there is none. */
export async function readOperation(
  table: Table,
  historyPk: string,
  key: string,
): Promise<OperationRecord | undefined> {
  const item = await table.get({ pk: text(historyPk), sk: text(OPERATION_PREFIX + key) });
  return item && operationFrom(item);
}
