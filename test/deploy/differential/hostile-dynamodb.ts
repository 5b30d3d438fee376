import * as fc from "fast-check";
import type { Members } from "../../../localstack/embedded/faults.ts";
import { TABLE_NAME as TableName } from "../../../localstack/embedded/resources.ts";
import { type Request, validRequest } from "./dynamodb-requests.ts";
import { SPOILING } from "./hostile-members.ts";
import {
  CONDITIONS,
  KEY,
  KEY_CONDITIONS,
  KEYS,
  PROJECTIONS,
  UPDATES,
  VALUES,
} from "./hostile-texts.ts";

const VALUES_OF: Readonly<Record<string, unknown>> = {
  ":v": { S: "a" },
  ":w": { S: "A" },
  ":p": { S: "RUN#%P" },
  ":s": { S: "OP#" },
  ":t": { S: "PART" },
  ":n": { N: "1" },
  ":e": { S: "" },
};

/** The names and values that texts refer to; those that are "missing" are left out. */
function placeholders(...texts: readonly string[]): Members {
  const all = texts.join(" ");
  const found = (pattern: RegExp) => [
    ...new Set(
      [...all.matchAll(pattern)].map(([name]) => name).filter((name) => !/missing/.test(name)),
    ),
  ];
  const names = found(/#\w+/g).map((name) => [name, name.slice(1)]);
  const values = found(/:\w+/g).map((name) => [name, VALUES_OF[name]]);
  return {
    ...(names.length > 0 && { ExpressionAttributeNames: Object.fromEntries(names) as unknown }),
    ...(values.length > 0 && { ExpressionAttributeValues: Object.fromEntries(values) as unknown }),
  };
}

const one = <T>(options: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...options);
const item = { ...KEY, status: { S: "a" }, box: { L: [{ S: "b" }] } };

/** Values, keys and expressions, each where it belongs. */
const odd: fc.Arbitrary<Request> = fc.oneof(
  one(VALUES).map((value) => ({
    action: "PutItem",
    input: { TableName, Item: { ...KEY, value } },
  })),
  one(VALUES).map((value) => ({
    action: "UpdateItem",
    input: {
      TableName,
      Key: KEY,
      UpdateExpression: "SET epoch = :v",
      ExpressionAttributeValues: { ":v": value },
    },
  })),
  one(VALUES).map((value) => ({
    action: "DeleteItem",
    input: {
      TableName,
      Key: KEY,
      ConditionExpression: "epoch = :v",
      ExpressionAttributeValues: { ":v": value },
    },
  })),
  fc
    .tuple(
      one(["dueShard", "checkAt", "startedKey"]),
      one([...VALUES, { S: "" }, { S: "s".repeat(2049) }]),
    )
    .map(([name, value]) => ({
      action: "PutItem",
      input: { TableName, Item: { ...KEY, [name]: value } },
    })),
  fc
    .tuple(one(["checkAt", "dueShard"]), one([{ S: "" }, { S: "a" }, { N: "1" }]))
    .map(([name, value]) => ({
      action: "UpdateItem",
      input: {
        TableName,
        Key: KEY,
        UpdateExpression: `SET ${name} = :v`,
        ExpressionAttributeValues: { ":v": value },
      },
    })),
  fc.tuple(one(["GetItem", "DeleteItem", "UpdateItem"]), one(KEYS)).map(([action, Key]) => ({
    action,
    input: { TableName, Key },
  })),
  one(KEYS).map((Item) => ({ action: "PutItem", input: { TableName, Item } })),
  one(CONDITIONS).map((ConditionExpression) => ({
    action: "PutItem",
    input: { TableName, Item: item, ConditionExpression, ...placeholders(ConditionExpression) },
  })),
  one(CONDITIONS).map((FilterExpression) => ({
    action: "Query",
    input: {
      TableName,
      KeyConditionExpression: "pk = :p",
      FilterExpression,
      ...placeholders(FilterExpression, ":p"),
    },
  })),
  one(UPDATES).map((UpdateExpression) => ({
    action: "UpdateItem",
    input: { TableName, Key: KEY, UpdateExpression, ...placeholders(UpdateExpression) },
  })),
  one(KEY_CONDITIONS).map((KeyConditionExpression) => ({
    action: "Query",
    input: { TableName, KeyConditionExpression, ...placeholders(KeyConditionExpression) },
  })),
  one(PROJECTIONS).map((ProjectionExpression) => ({
    action: "GetItem",
    input: { TableName, Key: KEY, ProjectionExpression, ...placeholders(ProjectionExpression) },
  })),
);

const spoiled = validRequest.chain(({ action, input }) =>
  one(SPOILING[action] ?? []).map((members) => ({ action, input: { ...input, ...members } })),
);

const large = one([399, 400, 401]).map((kilobytes) => ({
  action: "PutItem",
  input: { TableName, Item: { ...KEY, value: { S: "x".repeat(kilobytes * 1024) } } },
}));

/** A request that no client should make. */
export const hostileRequest: fc.Arbitrary<Request> = fc.oneof(
  { weight: 10, arbitrary: odd },
  { weight: 10, arbitrary: spoiled },
  { weight: 1, arbitrary: large },
);
