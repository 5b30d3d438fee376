import { AwsError } from "../../aws-error.ts";
import type { Members, Performed } from "../../faults.ts";
import type { Database } from "../database.ts";
import { readDefinition } from "../definition.ts";
import { validationError } from "../errors.ts";
import { defineRequest, flag, name, object, required, text } from "../request.ts";
import type { Table } from "../table.ts";

const readDescribe = defineRequest("DescribeTable", { TableName: required(name) });
const readDescribeTtl = defineRequest("DescribeTimeToLive", { TableName: required(name) });
const readUpdateTtl = defineRequest("UpdateTimeToLive", {
  TableName: required(name),
  TimeToLiveSpecification: required(object),
});
const readTtl = defineRequest("TimeToLiveSpecification", {
  AttributeName: required(text),
  Enabled: required(flag),
});

/** Makes a table, which is active at once. */
export function createTable(db: Database, input: Members): Performed {
  const definition = readDefinition(input, db.clock.now() / 1000);
  if (db.has(definition.TableName)) {
    throw new AwsError("ResourceInUseException", `Table already exists: ${definition.TableName}`);
  }
  const table = db.addTable(definition);
  db.record(["table", definition]);
  return { output: { TableDescription: describe(table) } };
}

/** Describes a table. */
export function describeTable(db: Database, input: Members): Performed {
  const { TableName } = readDescribe(input);
  return { output: { Table: describe(db.table(TableName)) } };
}

/** Says which attribute holds the time at which items expire. */
export function updateTimeToLive(db: Database, input: Members): Performed {
  const request = readUpdateTtl(input);
  const table = db.table(request.TableName);
  const specification = readTtl(request.TimeToLiveSpecification);
  const { AttributeName, Enabled } = specification;
  const isEnabled = table.ttlAttribute !== undefined;
  if (isEnabled === Enabled) {
    throw validationError(`TimeToLive is already ${Enabled ? "enabled" : "disabled"}`);
  }
  if (isEnabled && table.ttlAttribute !== AttributeName) {
    throw validationError(
      `TimeToLive is active on a different AttributeName: current AttributeName is ${table.ttlAttribute}`,
    );
  }
  table.ttlAttribute = Enabled ? AttributeName : undefined;
  db.record(["ttl", table.name, Enabled ? AttributeName : null]);
  return { output: { TimeToLiveSpecification: specification } };
}

/** Says whether and by which attribute items expire. */
export function describeTimeToLive(db: Database, input: Members): Performed {
  const { ttlAttribute } = db.table(readDescribeTtl(input).TableName);
  const TimeToLiveDescription =
    ttlAttribute === undefined
      ? { TimeToLiveStatus: "DISABLED" }
      : { TimeToLiveStatus: "ENABLED", AttributeName: ttlAttribute };
  return { output: { TimeToLiveDescription } };
}

function describe({ definition, name, totals, indexes }: Table): Members {
  const TableArn = `arn:aws:dynamodb:us-east-1:000000000000:table/${name}`;
  return {
    ...definition,
    TableStatus: "ACTIVE",
    TableArn,
    BillingModeSummary: { BillingMode: "PAY_PER_REQUEST" },
    ItemCount: totals.items,
    TableSizeBytes: totals.bytes,
    GlobalSecondaryIndexes: indexes.map((index) => ({
      ...index.definition,
      IndexStatus: "ACTIVE",
      IndexArn: `${TableArn}/index/${index.name}`,
    })),
  };
}
