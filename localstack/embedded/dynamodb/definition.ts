import { invalidParameter, validationError } from "./errors.ts";
import { type KeyAttribute, keySchema, type KeySchema } from "./key-schema.ts";
import { defineRequest, list, object, oneOf, required, text } from "./request.ts";

/** A part of a key, as the protocol writes it. */
export interface KeyElement {
  readonly AttributeName: string;
  readonly KeyType: "HASH" | "RANGE";
}

/** A global secondary index, as the protocol writes it. */
export interface IndexDefinition {
  readonly IndexName: string;
  readonly KeySchema: readonly KeyElement[];
  readonly Projection: {
    readonly ProjectionType: "ALL" | "KEYS_ONLY" | "INCLUDE";
    readonly NonKeyAttributes?: readonly string[];
  };
}

/** A table, as it is journalled and described. */
export interface TableDefinition {
  readonly TableName: string;
  readonly AttributeDefinitions: readonly AttributeDefinition[];
  readonly KeySchema: readonly KeyElement[];
  readonly GlobalSecondaryIndexes: readonly IndexDefinition[];
  /** Seconds since the Unix epoch. */
  readonly CreationDateTime: number;
}

/** The type of a key attribute, as the protocol writes it. */
export interface AttributeDefinition {
  readonly AttributeName: string;
  readonly AttributeType: "S" | "N" | "B";
}

/** Global secondary indexes of one table ("Quotas in Amazon DynamoDB"). */
const MAX_INDEXES = 20;
const NAME = /^[\w.-]{3,255}$/;

const readTable = defineRequest("CreateTable", {
  TableName: required(text),
  AttributeDefinitions: required(list),
  KeySchema: required(list),
  BillingMode: required(oneOf("PAY_PER_REQUEST")),
  GlobalSecondaryIndexes: list,
});
const readAttribute = defineRequest("AttributeDefinitions", {
  AttributeName: required(text),
  AttributeType: required(oneOf("S", "N", "B")),
});
const readKeyElement = defineRequest("KeySchema", {
  AttributeName: required(text),
  KeyType: required(oneOf("HASH", "RANGE")),
});
const readIndex = defineRequest("GlobalSecondaryIndexes", {
  IndexName: required(text),
  KeySchema: required(list),
  Projection: required(object),
});
const readProjection = defineRequest("Projection", {
  ProjectionType: required(oneOf("ALL", "KEYS_ONLY", "INCLUDE")),
  NonKeyAttributes: list,
});

/**
 * Reads a CreateTable request.
 *
 * @param createdAt seconds since the Unix epoch
 * @throws AwsError `ValidationException` naming what is wrong
 */
export function readDefinition(input: unknown, createdAt: number): TableDefinition {
  const { TableName, ...request } = readTable(input);
  checkName("TableName", TableName);
  const AttributeDefinitions = request.AttributeDefinitions.map(readAttribute);
  const GlobalSecondaryIndexes = (request.GlobalSecondaryIndexes ?? []).map(readIndexDefinition);
  if (GlobalSecondaryIndexes.length > MAX_INDEXES) {
    throw invalidParameter(
      `GlobalSecondaryIndex count exceeds the per-table limit of ${MAX_INDEXES}`,
    );
  }
  const KeySchema = request.KeySchema.map(readKeyElement);
  const definition = {
    TableName,
    AttributeDefinitions,
    KeySchema,
    GlobalSecondaryIndexes,
    CreationDateTime: createdAt,
  };
  checkAttributes(definition);
  return definition;
}

/**
 * The key that the elements of a definition describe.
 *
 * @throws AwsError `ValidationException` when they do not describe one
 */
export function schemaOf(
  elements: readonly KeyElement[],
  attributes: readonly AttributeDefinition[],
): KeySchema {
  const [hash, range, ...others] = elements.map(({ AttributeName, KeyType }) => {
    const definition = attributes.find((one) => one.AttributeName === AttributeName);
    if (!definition) {
      throw invalidParameter(
        `Some index key attributes are not defined in AttributeDefinitions. Keys: [${AttributeName}]`,
      );
    }
    return { KeyType, name: AttributeName, type: definition.AttributeType };
  });
  const isValid =
    hash?.KeyType === "HASH" && (range?.KeyType ?? "RANGE") === "RANGE" && others.length === 0;
  if (!isValid || hash.name === range?.name) {
    throw invalidParameter("KeySchema must hold a HASH key, then at most one other RANGE key");
  }
  return keySchema(keyAttribute(hash), range && keyAttribute(range));
}

function keyAttribute({ name, type }: Omit<KeyAttribute, "maxBytes">) {
  return { name, type };
}

function readIndexDefinition(given: unknown): IndexDefinition {
  const { IndexName, KeySchema, Projection } = readIndex(given);
  checkName("IndexName", IndexName);
  const { ProjectionType, NonKeyAttributes } = readProjection(Projection);
  const names = NonKeyAttributes?.map(String);
  if ((ProjectionType === "INCLUDE") !== (names !== undefined)) {
    throw invalidParameter(
      `ProjectionType ${ProjectionType} of ${IndexName} does not go with NonKeyAttributes ` +
        `${JSON.stringify(names)}; INCLUDE needs them, the others must not have them`,
    );
  }
  return {
    IndexName,
    KeySchema: KeySchema.map(readKeyElement),
    Projection: { ProjectionType, ...(names && { NonKeyAttributes: names }) },
  };
}

function checkAttributes(definition: TableDefinition): void {
  const { AttributeDefinitions, GlobalSecondaryIndexes } = definition;
  const keys = [definition, ...GlobalSecondaryIndexes].map(({ KeySchema }) =>
    schemaOf(KeySchema, AttributeDefinitions),
  );
  const used = new Set(keys.flatMap(({ names }) => names));
  const unused = AttributeDefinitions.filter(({ AttributeName }) => !used.has(AttributeName));
  if (unused.length > 0) {
    throw invalidParameter(
      "Some AttributeDefinitions are not used. AttributeDefinitions: " +
        `[${unused.map(({ AttributeName }) => AttributeName).join(", ")}]`,
    );
  }
  const names = GlobalSecondaryIndexes.map(({ IndexName }) => IndexName);
  if (new Set(names).size < names.length) {
    throw invalidParameter(`Duplicate index name: [${names.join(", ")}]`);
  }
}

function checkName(member: string, name: string): void {
  if (NAME.test(name)) return;
  throw validationError(
    `${member} "${name}" must be 3 to 255 letters, digits, underscores, hyphens or points`,
  );
}
