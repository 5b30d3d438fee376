import { RemovalPolicy, Stack } from "aws-cdk-lib";
import {
  AttributeType,
  BillingMode,
  type ITable,
  ProjectionType,
  Table,
  TableEncryption,
  type WarmThroughput,
} from "aws-cdk-lib/aws-dynamodb";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { Construct } from "constructs";
import { TABLE } from "../../lambda/store/schema.ts";
import type { SavepointProps } from "../savepoint-props.ts";

/** What may be chosen about the table. */
export interface StateProps {
  /** What becomes of the table, and of every run in it, when the stack is deleted. */
  readonly removalPolicy: RemovalPolicy;
  /** Whether DynamoDB refuses to delete the table, whoever asks. */
  readonly deletionProtection: boolean;
  /** Whether it can be restored to any second of the last 35 days. */
  readonly pointInTimeRecovery: boolean;
  /** Its key; a key of DynamoDB's own without one. */
  readonly encryptionKey: IKey | undefined;
  /** What it takes from its first minute on; DynamoDB's default without it. */
  readonly warmThroughput: WarmThroughput | undefined;
}

const TYPES = { S: AttributeType.STRING, N: AttributeType.NUMBER } as const;

const attribute = (name: keyof typeof TABLE.attributes) => ({
  name,
  type: TYPES[TABLE.attributes[name]],
});

/** The one table, on demand, with the keys and indexes that the store relies on. */
export class State extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string, props: StateProps) {
    super(scope, id);
    this.table = new Table(this, "Table", {
      partitionKey: attribute(TABLE.partitionKey),
      sortKey: attribute(TABLE.sortKey),
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: TABLE.ttl,
      pointInTimeRecoverySpecification: {
        pointInTimeRecoveryEnabled: props.pointInTimeRecovery,
      },
      ...(props.encryptionKey && {
        encryption: TableEncryption.CUSTOMER_MANAGED,
        encryptionKey: props.encryptionKey,
      }),
      ...(props.warmThroughput && { warmThroughput: props.warmThroughput }),
      removalPolicy: props.removalPolicy,
      deletionProtection: props.deletionProtection,
    });
    for (const [indexName, index] of Object.entries(TABLE.indexes)) {
      this.table.addGlobalSecondaryIndex({
        indexName,
        partitionKey: attribute(index.partitionKey),
        sortKey: attribute(index.sortKey),
        // A start writes to two of them, and one that cannot keep up has the table's writes refused.
        ...(props.warmThroughput && { warmThroughput: props.warmThroughput }),
        ...(index.project.length === 0
          ? { projectionType: ProjectionType.KEYS_ONLY }
          : { projectionType: ProjectionType.INCLUDE, nonKeyAttributes: [...index.project] }),
      });
    }
  }
}

/** What a table is made with, and one that is there already has been made without. */
const MADE_WITH = [
  "deletionProtection",
  "pointInTimeRecovery",
  "encryptionKey",
  "warmThroughput",
] as const;

/**
 * What becomes of the table when it is not the stack's any more. One that is protected stays also when a first
 * deployment fails: DynamoDB would refuse to delete it, and the stack could not be rolled back.
 */
function removalOf({
  removalPolicy = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  deletionProtection = false,
}: SavepointProps): RemovalPolicy {
  const staysUnlessNew = removalPolicy === RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;
  return deletionProtection && staysUnlessNew ? RemovalPolicy.RETAIN : removalPolicy;
}

/**
 * Throws Error for an alias: functions would get rights to that, which are none to the key behind it (KMS developer
 * guide, "Controlling access to aliases"), and could not read their table.
 */
function assertNoAlias(scope: Construct, key: IKey | undefined): void {
  const arn = JSON.stringify(key && Stack.of(scope).resolve(key.keyArn)) ?? "";
  if (/:alias\//.test(arn)) {
    throw new Error(
      `encryptionKey is the alias ${arn}, and rights to an alias are none to its key; give the key itself, such as Key.fromLookup(scope, "Key", { aliasName })`,
    );
  }
}

/**
 * The table of a deployment: the one that is given, or one of its own.
 * @throws Error when one is given, and it is chosen how it should be made
 */
export function tableOf(scope: Construct, props: SavepointProps): ITable {
  if (!props.table) {
    assertNoAlias(scope, props.encryptionKey);
    const { table } = new State(scope, "State", {
      removalPolicy: removalOf(props),
      deletionProtection: props.deletionProtection ?? false,
      pointInTimeRecovery: props.pointInTimeRecovery ?? true,
      encryptionKey: props.encryptionKey,
      warmThroughput: props.warmThroughput,
    });
    // The library's classes do not fit its own interfaces where undefined is told from absent.
    return table as ITable;
  }
  const chosen = MADE_WITH.filter((name) => props[name] !== undefined);
  if (chosen.length === 0) return props.table;
  throw new Error(
    `with a table that is there already, ${chosen.join(", ")} cannot be chosen; set it on the table itself, and give its key by Table.fromTableAttributes`,
  );
}
