import type { Members, Performed } from "../../faults.ts";
import { admitItem } from "../admit.ts";
import type { Database } from "../database.ts";
import { admitValues } from "../expressions/values.ts";
import { itemSize } from "../item-size.ts";
import { checkItemKey } from "../key-schema.ts";
import { defineRequest, object, oneOf, required } from "../request.ts";
import { checkStorable, WRITE_MEMBERS, writeAnswer, writeItem } from "./write-item.ts";

const read = defineRequest("PutItem", {
  ...WRITE_MEMBERS,
  Item: required(object),
  ReturnValues: oneOf("NONE", "ALL_OLD"),
});

/** Puts a whole item, in place of the one with its key. */
export function putItem(db: Database, input: Members): Performed {
  const request = read(input);
  const prepared = db.prepare(request);
  const values = admitValues(prepared, request.ExpressionAttributeValues);
  const table = db.table(request.TableName);
  const item = admitItem(request.Item);
  const place = checkItemKey(table.schema, item);
  const size = itemSize(item);
  checkStorable(table, item, size, false);
  const { before, consumed } = writeItem(db, {
    table,
    place,
    condition: prepared.condition,
    values,
    showsRefuser: request.ReturnValuesOnConditionCheckFailure === "ALL_OLD",
    size,
    next: () => ({ item, size }),
  });
  const attributes = request.ReturnValues === "ALL_OLD" ? before : undefined;
  return writeAnswer(consumed, request.ReturnConsumedCapacity, attributes);
}
