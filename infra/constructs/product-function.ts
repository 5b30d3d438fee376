import type { Table } from "aws-cdk-lib/aws-dynamodb";
import type { Construct } from "constructs";
import { ENV } from "../../lambda/core/environment.ts";
import { keyStatement, statementsFor } from "../access.ts";
import type { Bundle } from "../bundles.ts";
import type { Access } from "../descriptor.ts";
import { acceptFindings } from "./accepted-findings.ts";
import type { Hints } from "./hints.ts";
import { LiveFunction, type LiveFunctionProps } from "./live-function.ts";

/** What a function that works with runs is made of. */
export interface ProductFunctionProps extends Omit<LiveFunctionProps, "directory"> {
  readonly bundle: Bundle;
  /** What it may do. */
  readonly access: readonly Access[];
  readonly table: Table;
  readonly hints: Hints;
}

const EACH_FORM = "DynamoDB asks for each form of the call, on the one key of the table";
/** What cdk-nag finds in the rights to a key, and why it is left. */
const KEY_ACTIONS = {
  "IAM5[Action::kms:GenerateDataKey*]": EACH_FORM,
  "IAM5[Action::kms:ReEncrypt*]": EACH_FORM,
};

/** A function that works with runs: it is told where they are, and may do what it asks for. */
export class ProductFunction extends LiveFunction {
  constructor(scope: Construct, id: string, props: ProductFunctionProps) {
    const { bundle, table, hints } = props;
    super(scope, id, {
      ...props,
      directory: bundle.directory,
      environment: {
        ...props.environment,
        [ENV.table]: table.tableName,
        [ENV.queueUrl]: hints.queue.queueUrl,
        [ENV.code]: bundle.sha256,
      },
    });
    const targets = { tableArn: table.tableArn, queueArn: hints.queue.queueArn };
    for (const statement of statementsFor(props.access, targets)) this.role.addToPolicy(statement);
    if (table.encryptionKey) {
      this.role.addToPolicy(keyStatement(table.encryptionKey, props.access));
      acceptFindings(this.role, KEY_ACTIONS);
    }
  }
}
