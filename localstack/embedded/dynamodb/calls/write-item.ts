import type { Members, Performed } from "../../faults.ts";
import {
  type CapacityDetail,
  type ConsumedCapacity,
  consumedCapacity,
  reportCapacity,
  writeUnits,
} from "../capacity.ts";
import type { Database } from "../database.ts";
import { conditionFailed, validationError } from "../errors.ts";
import type { Condition } from "../expressions/ast.ts";
import { holds } from "../expressions/evaluate-condition.ts";
import type { Item } from "../item.ts";
import type { Place } from "../key-schema.ts";
import { name, object, oneOf, required, text } from "../request.ts";
import type { Row, Table } from "../table.ts";

/** The largest item ("Quotas in Amazon DynamoDB"). */
const MAX_ITEM_BYTES = 400 * 1024;
const NO_ITEM: Item = {};

/** How much of the consumed capacity to report. */
export const capacityDetail = oneOf("INDEXES", "TOTAL", "NONE");

/** The members that all three writes of one item have. */
export const WRITE_MEMBERS = {
  TableName: required(name),
  ConditionExpression: text,
  ExpressionAttributeNames: object,
  ExpressionAttributeValues: object,
  ReturnConsumedCapacity: capacityDetail,
  ReturnItemCollectionMetrics: oneOf("NONE"),
  ReturnValuesOnConditionCheckFailure: oneOf("ALL_OLD", "NONE"),
} as const;

/** A new item with its size; undefined where the item is to be removed. */
type NewItem = { readonly item: Item; readonly size: number } | undefined;

/** One conditional write of one item. */
export interface Write {
  readonly table: Table;
  readonly place: Place;
  readonly condition: Condition | undefined;
  readonly values: Item;
  /** Whether a refusal shows the item that caused it. */
  readonly showsRefuser: boolean;
  /** Bytes of the item that shall be put; 0 where it is not known before the condition is. */
  readonly size: number;
  /** Makes the new item of the present one; throws where it cannot be stored. */
  readonly next: (before: Row | undefined) => NewItem;
}

/** What a write found, left and consumed. */
export interface Written {
  readonly before: Item | undefined;
  readonly after: Item | undefined;
  readonly consumed: ConsumedCapacity;
}

/**
 * Performs a write: condition, change and journal in one turn, so that no other call comes between.
 *
 * @throws AwsError `ConditionalCheckFailedException`; it too consumes by the size of the item
 */
export function writeItem(db: Database, write: Write): Written {
  const { table, place, condition, values } = write;
  const before = table.find(place);
  if (condition && !holds(condition, before?.item ?? NO_ITEM, values)) {
    const units = writeUnits(Math.max(before?.size ?? 0, write.size));
    const refuser = write.showsRefuser ? before?.item : undefined;
    throw conditionFailed(refuser, consumedCapacity(table.name, units));
  }
  const after = write.next(before);
  const consumed = table.replace(place, before, after?.item, after?.size ?? 0);
  if (after) db.record(["put", table.name, after.item]);
  else if (before) db.record(["delete", table.name, table.keyOf(before.item)]);
  return { before: before?.item, after: after?.item, consumed };
}

/**
 * Refuses an item that is too large or whose attributes cannot be keys of the table's indexes.
 *
 * @throws AwsError `ValidationException`
 */
export function checkStorable(table: Table, item: Item, size: number, isUpdate: boolean): void {
  for (const index of table.indexes) index.check(item);
  if (size <= MAX_ITEM_BYTES) return;
  throw validationError(
    `Item size ${isUpdate ? "to update " : ""}has exceeded the maximum allowed size`,
  );
}

/** A write's answer; empty attributes are left out. */
export function writeAnswer(
  consumed: ConsumedCapacity,
  detail: CapacityDetail | undefined,
  attributes: Item | undefined,
): Performed {
  const output: Members = {
    ...(attributes && Object.keys(attributes).length > 0 && { Attributes: attributes }),
    ...reportCapacity(consumed, detail),
  };
  return { output, consumed: [consumed] };
}
