import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { Savepoint } from "./savepoint.ts";
import type { SavepointProps } from "./savepoint-props.ts";

/** What the research app's stack is made with. */
export type SavepointStackProps = StackProps & SavepointProps;

/** The research app as a stack of its own. Its outputs tell where it is. */
export class SavepointStack extends Stack {
  readonly savepoint: Savepoint;

  constructor(scope: Construct, id: string, props: SavepointStackProps) {
    super(scope, id, props);
    // "Default" is left out of the ids of what is in it: those of a table must never change.
    this.savepoint = new Savepoint(this, "Default", props);
    const { apiUrl, table, queue, deadLetters } = this.savepoint;
    this.output("ApiUrl", apiUrl);
    this.output("TableName", table.tableName);
    this.output("QueueUrl", queue.queueUrl);
    this.output("DeadLetterQueueUrl", deadLetters.queueUrl);
  }

  private output(name: string, value: string): CfnOutput {
    return new CfnOutput(this, name, { value });
  }
}
