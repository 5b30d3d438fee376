import { type Item, text } from "./attributes.ts";
import { operationFrom, type OperationRecord } from "./operation.ts";
import { OPERATION_PREFIX } from "./schema.ts";
import type { Table } from "./table.ts";

/** Reads all operations of one generation, consistently; the next page is fetched while one is read. */
export async function loadHistory(table: Table, historyPk: string): Promise<OperationRecord[]> {
  const page = (startAfter?: Item): ReturnType<Table["query"]> =>
    table.query({
      condition: "#pk = :pk AND begins_with(#sk, :prefix)",
      values: { ":pk": text(historyPk), ":prefix": text(OPERATION_PREFIX) },
      startAfter,
    });
  const records: OperationRecord[] = [];
  let reading: ReturnType<typeof page> | undefined = page();
  while (reading) {
    const read: Awaited<ReturnType<typeof page>> = await reading;
    // A page may be empty and still have a next one.
    reading = read.next ? page(read.next) : undefined;
    for (const item of read.items) records.push(operationFrom(item));
  }
  return records;
}
