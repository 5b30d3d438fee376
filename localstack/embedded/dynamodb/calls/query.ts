import type { Members, Performed } from "../../faults.ts";
import { admitItem } from "../admit.ts";
import { type ConsumedCapacity, consumedCapacity, readUnits, reportCapacity } from "../capacity.ts";
import type { Database } from "../database.ts";
import { invalidParameter, validationError } from "../errors.ts";
import { holds } from "../expressions/evaluate-condition.ts";
import type { Prepared } from "../expressions/prepare.ts";
import { project } from "../expressions/projection.ts";
import { admitValues } from "../expressions/values.ts";
import { type Item, pickAttributes } from "../item.ts";
import {
  count,
  defineRequest,
  flag,
  name,
  object,
  oneOf,
  type Request,
  required,
  text,
} from "../request.ts";
import { keyRange } from "./key-range.ts";
import { readPage } from "./query-page.ts";
import { type QuerySource, querySource, readCursor } from "./query-source.ts";
import { capacityDetail } from "./write-item.ts";

const MEMBERS = {
  TableName: required(name),
  IndexName: name,
  KeyConditionExpression: required(text),
  FilterExpression: text,
  ProjectionExpression: text,
  ExpressionAttributeNames: object,
  ExpressionAttributeValues: object,
  ConsistentRead: flag,
  ExclusiveStartKey: object,
  Limit: count,
  ScanIndexForward: flag,
  Select: oneOf("ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES", "SPECIFIC_ATTRIBUTES", "COUNT"),
  ReturnConsumedCapacity: capacityDetail,
} as const;
type QueryRequest = Request<typeof MEMBERS>;

const read = defineRequest("Query", MEMBERS);

/** Reads one partition of a table or index in order, a page at a time. */
export function query(db: Database, input: Members): Performed {
  const request = read(input);
  const prepared = db.prepare(request);
  const values = admitValues(prepared, request.ExpressionAttributeValues);
  const source = querySource(db.table(request.TableName), request.IndexName);
  checkRequest(request, prepared, source);
  const { partition, boundsIn } = keyRange(prepared.keyTerms ?? [], source.schema, values);
  const { filter, projection } = prepared;
  const startKey = request.ExclusiveStartKey && admitItem(request.ExclusiveStartKey);
  const page = readPage({
    entries: source.partition(partition),
    boundsIn,
    cursor: startKey && readCursor(source, partition, startKey),
    isForward: request.ScanIndexForward ?? true,
    limit: request.Limit ?? Infinity,
    accepts: (item) => !filter || holds(filter.condition, item, values),
  });
  const consumed = consumption(source, page.bytes, request.ConsistentRead ?? false);
  const { items, last } = page;
  const Items = projection ? items.map((item) => project(item, projection.projection)) : items;
  const output: Members = {
    ...(request.Select !== "COUNT" && { Items }),
    Count: items.length,
    ScannedCount: page.scanned,
    ...(last && { LastEvaluatedKey: cursorOf(source, last) }),
    ...reportCapacity(consumed, request.ReturnConsumedCapacity),
  };
  return { output, consumed: [consumed] };
}

/** An index's entries hold its keys and the table's. */
function cursorOf({ cursor }: QuerySource, item: Item): Item {
  return pickAttributes(
    item,
    cursor.map(({ name }) => name),
  );
}

function consumption(source: QuerySource, bytes: number, isConsistent: boolean): ConsumedCapacity {
  const units = readUnits(bytes, isConsistent);
  const { table, index } = source;
  return index === undefined
    ? consumedCapacity(table.name, units)
    : consumedCapacity(table.name, 0, { [index]: units });
}

function checkRequest(request: QueryRequest, prepared: Prepared, source: QuerySource): void {
  const { index, schema } = source;
  if (index !== undefined && request.ConsistentRead) {
    throw validationError("Consistent reads are not supported on global secondary indexes");
  }
  const filtered = schema.names.find((name) => prepared.filter?.attributes.has(name));
  if (filtered !== undefined) {
    throw validationError(
      "Filter Expression can only contain non-primary key attributes: " +
        `Primary key attribute: ${filtered}`,
    );
  }
  checkSelect(request, source);
  const { attributes } = source;
  const missing = [...(prepared.projection?.attributes ?? [])].filter(
    (name) => attributes?.includes(name) === false,
  );
  if (missing.length === 0) return;
  throw invalidParameter(
    `Global secondary index ${index} does not project [${missing.join(", ")}]`,
  );
}

function checkSelect({ Select, ProjectionExpression }: QueryRequest, source: QuerySource): void {
  const { index, attributes } = source;
  if (Select === "ALL_PROJECTED_ATTRIBUTES" && index === undefined) {
    throw invalidParameter(
      "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName",
    );
  }
  if (Select === "ALL_ATTRIBUTES" && attributes) {
    throw invalidParameter(
      `Select type ALL_ATTRIBUTES is not supported for global secondary index ${index} because ` +
        "its projection type is not ALL",
    );
  }
  const isProjecting = ProjectionExpression !== undefined;
  if (Select === "SPECIFIC_ATTRIBUTES" && !isProjecting) {
    throw validationError(
      "Must specify the ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES",
    );
  }
  if (!isProjecting || Select === undefined || Select === "SPECIFIC_ATTRIBUTES") return;
  throw validationError(`Cannot specify the ProjectionExpression when choosing to get ${Select}`);
}
