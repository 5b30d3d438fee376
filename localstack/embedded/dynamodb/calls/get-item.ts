import type { Members, Performed } from "../../faults.ts";
import { admitItem } from "../admit.ts";
import { consumedCapacity, readUnits, reportCapacity } from "../capacity.ts";
import type { Database } from "../database.ts";
import { project } from "../expressions/projection.ts";
import { checkKey } from "../key-schema.ts";
import { defineRequest, flag, name, object, required, text } from "../request.ts";
import { capacityDetail } from "./write-item.ts";

const read = defineRequest("GetItem", {
  TableName: required(name),
  Key: required(object),
  ConsistentRead: flag,
  ProjectionExpression: text,
  ExpressionAttributeNames: object,
  ReturnConsumedCapacity: capacityDetail,
});

/** Reads one item; the answer has no `Item` when there is none. */
export function getItem(db: Database, input: Members): Performed {
  const request = read(input);
  const { projection } = db.prepare(request);
  const table = db.table(request.TableName);
  const row = table.find(checkKey(table.schema, admitItem(request.Key)));
  const units = readUnits(row?.size ?? 0, request.ConsistentRead ?? false);
  const consumed = consumedCapacity(table.name, units);
  const output: Members = {
    ...(row && { Item: projection ? project(row.item, projection.projection) : row.item }),
    ...reportCapacity(consumed, request.ReturnConsumedCapacity),
  };
  return { output, consumed: [consumed] };
}
