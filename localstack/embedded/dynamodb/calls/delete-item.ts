import type { Members, Performed } from "../../faults.ts";
import { admitItem } from "../admit.ts";
import type { Database } from "../database.ts";
import { admitValues } from "../expressions/values.ts";
import { checkKey } from "../key-schema.ts";
import { defineRequest, object, oneOf, required } from "../request.ts";
import { WRITE_MEMBERS, writeAnswer, writeItem } from "./write-item.ts";

const read = defineRequest("DeleteItem", {
  ...WRITE_MEMBERS,
  Key: required(object),
  ReturnValues: oneOf("NONE", "ALL_OLD"),
});

/** Removes an item; there being none is no error. */
export function deleteItem(db: Database, input: Members): Performed {
  const request = read(input);
  const prepared = db.prepare(request);
  const values = admitValues(prepared, request.ExpressionAttributeValues);
  const table = db.table(request.TableName);
  const { before, consumed } = writeItem(db, {
    table,
    place: checkKey(table.schema, admitItem(request.Key)),
    condition: prepared.condition,
    values,
    showsRefuser: request.ReturnValuesOnConditionCheckFailure === "ALL_OLD",
    size: 0,
    next: () => undefined,
  });
  const attributes = request.ReturnValues === "ALL_OLD" ? before : undefined;
  return writeAnswer(consumed, request.ReturnConsumedCapacity, attributes);
}
