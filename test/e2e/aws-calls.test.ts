import * as dynamodbSdk from "@aws-sdk/client-dynamodb";
import * as sqsSdk from "@aws-sdk/client-sqs";
import { describe, expect, it } from "vitest";
import {
  createDynamoDB,
  DYNAMODB_CALLS,
  DYNAMODB_SETUP_CALLS,
} from "../../localstack/embedded/dynamodb/dynamodb.ts";
import { createSqs, SQS_CALLS, SQS_SETUP_CALLS } from "../../localstack/embedded/sqs/sqs.ts";
import { readRepository } from "../tidy/repository.ts";

const sources = readRepository(process.cwd()).files.filter(
  ({ path }) => path.startsWith("lambda/") && path.endsWith(".ts"),
);

/** The calls that a client of the SDK can make. */
const callsOf = (sdk: object): string[] =>
  Object.keys(sdk).flatMap((name) => /^([A-Z]\w+)Command$/.exec(name)?.[1] ?? []);

/** Those of them that the product's code makes. */
function madeByProduct(calls: readonly string[]): string[] {
  const made = new Set(
    sources.flatMap(({ text }) =>
      [...text.matchAll(/\bnew (\w+)Command\(/g)].map(([, call]) => call),
    ),
  );
  return calls.filter((call) => made.has(call)).toSorted();
}

describe.each([
  {
    service: "DynamoDB",
    all: callsOf(dynamodbSdk),
    embedded: DYNAMODB_CALLS,
    setUp: DYNAMODB_SETUP_CALLS,
    open: () => createDynamoDB(),
  },
  {
    service: "SQS",
    all: callsOf(sqsSdk),
    embedded: SQS_CALLS,
    setUp: SQS_SETUP_CALLS,
    open: () => createSqs(),
  },
])("$service", ({ service, all, embedded, setUp, open }) => {
  it("has, embedded, exactly the calls that the product makes", () => {
    const made = madeByProduct(all);
    process.stdout.write(`calls of ${service} that the product makes: ${made.join(", ")}\n`);
    expect([...embedded].toSorted()).toEqual(made);
  });

  it("refuses every other call by its name", async () => {
    const others = all.filter((call) => ![...embedded, ...setUp].includes(call));
    expect(others.length).toBeGreaterThan(10);
    const opened = open();
    for (const other of others) {
      await expect(opened.call(other, {}), other).rejects.toMatchObject({
        name: "UnknownOperationException",
        message: expect.stringContaining(`${other} is not implemented by the embedded ${service}`),
      });
    }
    await opened.close();
  });
});
