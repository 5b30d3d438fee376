import type { Members, Performed } from "../../faults.ts";
import { admitItem } from "../admit.ts";
import { type ConsumedCapacity, consumedCapacity, readUnits, reportCapacity } from "../capacity.ts";
import type { Database } from "../database.ts";
import { validationError } from "../errors.ts";
import { project } from "../expressions/projection.ts";
import type { Item } from "../item.ts";
import { checkKey, identityOf } from "../key-schema.ts";
import { defineRequest, flag, list, object, required, text } from "../request.ts";
import { capacityDetail } from "./write-item.ts";

/** Limits of one call (API reference, "BatchGetItem"). */
const MAX_KEYS = 100;
const MAX_BYTES = 16 * 1024 * 1024;

const read = defineRequest("BatchGetItem", {
  RequestItems: required(object),
  ReturnConsumedCapacity: capacityDetail,
});
const readTable = defineRequest("RequestItems", {
  Keys: required(list),
  ConsistentRead: flag,
  ProjectionExpression: text,
  ExpressionAttributeNames: object,
});

/** What the answer may still hold. */
interface Room {
  bytes: number;
}

/** Reads up to 100 items; what does not fit into 16 MB comes back as `UnprocessedKeys`. */
export function batchGetItem(db: Database, input: Members): Performed {
  const { RequestItems, ReturnConsumedCapacity } = read(input);
  const requests = Object.entries(RequestItems).map(
    ([name, request]) => [name, readTable(request)] as const,
  );
  checkCount(requests.reduce((keys, [, { Keys }]) => keys + Keys.length, 0));
  const Responses: Record<string, readonly Item[]> = {};
  const UnprocessedKeys: Record<string, Members> = {};
  const consumed: ConsumedCapacity[] = [];
  const room = { bytes: MAX_BYTES };
  for (const [name, request] of requests) {
    const result = readKeys(db, name, request, room);
    Responses[name] = result.items;
    if (result.rest.length > 0) UnprocessedKeys[name] = { ...request, Keys: result.rest };
    consumed.push(consumedCapacity(name, result.units));
  }
  const reports = consumed.map((one) => reportCapacity(one, ReturnConsumedCapacity));
  const ConsumedCapacity = reports.flatMap((report) => report.ConsumedCapacity ?? []);
  return {
    output: {
      Responses,
      UnprocessedKeys,
      ...(ConsumedCapacity.length > 0 && { ConsumedCapacity }),
    },
    consumed,
  };
}

function readKeys(db: Database, name: string, request: ReturnType<typeof readTable>, room: Room) {
  const { projection } = db.prepare(request);
  const table = db.table(name);
  const keys = request.Keys.map((key) => admitItem(key));
  const places = keys.map((key) => checkKey(table.schema, key));
  if (new Set(places.map(identityOf)).size < places.length) {
    throw validationError("Provided list of item keys contains duplicates");
  }
  const items: Item[] = [];
  let units = 0;
  for (const [at, place] of places.entries()) {
    const row = table.find(place);
    if (row && row.size > room.bytes) return { items, units, rest: keys.slice(at) };
    room.bytes -= row?.size ?? 0;
    units += readUnits(row?.size ?? 0, request.ConsistentRead ?? false);
    if (row) items.push(projection ? project(row.item, projection.projection) : row.item);
  }
  return { items, units, rest: [] };
}

function checkCount(keys: number): void {
  if (keys === 0) {
    throw validationError(
      "The batch get request list for a table cannot be null or empty: RequestItems has no Keys",
    );
  }
  if (keys <= MAX_KEYS) return;
  throw validationError(
    `Too many items requested for the BatchGetItem call: ${keys}, at most ${MAX_KEYS} are allowed`,
  );
}
