import type { Members, Performed } from "../../faults.ts";
import { admitItem } from "../admit.ts";
import type { Database } from "../database.ts";
import { invalidParameter } from "../errors.ts";
import type { Action } from "../expressions/ast.ts";
import { type Changes, evaluateUpdate } from "../expressions/evaluate-update.ts";
import type { Update } from "../expressions/prepare.ts";
import { project } from "../expressions/projection.ts";
import { admitValues } from "../expressions/values.ts";
import { attributeOf, type Item, withAttributes } from "../item.ts";
import { attributeSize, itemSize } from "../item-size.ts";
import { checkKey, type KeySchema } from "../key-schema.ts";
import { defineRequest, object, oneOf, required, text } from "../request.ts";
import {
  checkStorable,
  WRITE_MEMBERS,
  writeAnswer,
  writeItem,
  type Written,
} from "./write-item.ts";

const read = defineRequest("UpdateItem", {
  ...WRITE_MEMBERS,
  Key: required(object),
  UpdateExpression: text,
  ReturnValues: oneOf("NONE", "ALL_OLD", "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW"),
});

/** Changes attributes of an item, which is made when there is none. */
export function updateItem(db: Database, input: Members): Performed {
  const request = read(input);
  const prepared = db.prepare(request);
  const values = admitValues(prepared, request.ExpressionAttributeValues);
  const table = db.table(request.TableName);
  const key = admitItem(request.Key);
  const place = checkKey(table.schema, key);
  const { update } = prepared;
  if (update) checkNoKey(table.schema, update);
  const written = writeItem(db, {
    table,
    place,
    condition: prepared.condition,
    values,
    showsRefuser: request.ReturnValuesOnConditionCheckFailure === "ALL_OLD",
    size: 0,
    next(before) {
      const base = before?.item ?? key;
      const actions = before ? update?.actions : update?.actions.filter(adds);
      if (!before && actions?.length === 0) return undefined;
      const changes: Changes = actions ? evaluateUpdate(actions, base, values) : new Map();
      const item = withAttributes(base, changes);
      const size = (before?.size ?? itemSize(key)) + growth(base, changes);
      checkStorable(table, item, size, true);
      return { item, size };
    },
  });
  const attributes = returned(request.ReturnValues ?? "NONE", written, update);
  return writeAnswer(written.consumed, request.ReturnConsumedCapacity, attributes);
}

/** Whether an action does something to an item that is missing, from which nothing can be taken away. */
const adds = ({ kind }: Action): boolean => kind === "SET" || kind === "ADD";

function checkNoKey({ names }: KeySchema, { attributes }: Update): void {
  for (const name of names) {
    if (!attributes.has(name)) continue;
    throw invalidParameter(`Cannot update attribute ${name}. This attribute is part of the key`);
  }
}

/** Bytes that an item gains by changes, or loses. */
function growth(item: Item, changes: Changes): number {
  let bytes = 0;
  for (const [name, value] of changes) {
    bytes += attributeSize(name, value) - attributeSize(name, attributeOf(item, name));
  }
  return bytes;
}

function returned(
  wanted: "NONE" | "ALL_OLD" | "UPDATED_OLD" | "ALL_NEW" | "UPDATED_NEW",
  { before, after }: Written,
  update: Update | undefined,
): Item | undefined {
  if (wanted === "NONE") return undefined;
  const item = wanted.endsWith("OLD") ? before : after;
  if (wanted.startsWith("ALL")) return item;
  return item && update && project(item, update.target);
}
