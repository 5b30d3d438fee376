import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import type { Construct } from "constructs";
import { Savepoint } from "./savepoint.ts";
import type { SavepointProps } from "./savepoint-props.ts";

/** What the research app's stack is made with. */
export interface SavepointStackProps extends StackProps, Omit<SavepointProps, "openAiSecret"> {
  /** ARN of the secret with the key of the OpenAI API. */
  readonly openAiSecretArn?: string;
}

/** The research app as a stack of its own. Its outputs tell where it is. */
export class SavepointStack extends Stack {
  readonly savepoint: Savepoint;

  constructor(scope: Construct, id: string, props: SavepointStackProps) {
    super(scope, id, props);
    // "Default" is left out of the ids of what is in it: those of a table must never change.
    this.savepoint = new Savepoint(this, "Default", {
      ...props,
      ...(props.openAiSecretArn !== undefined && {
        openAiSecret: Secret.fromSecretCompleteArn(this, "OpenAi", props.openAiSecretArn),
      }),
    });
    const { apiUrl, auth, table, queue, deadLetters, functionNames } = this.savepoint;
    this.output("ApiUrl", apiUrl);
    this.output("TableName", table.tableName);
    this.output("QueueUrl", queue.queueUrl);
    this.output("DeadLetterQueueUrl", deadLetters.queueUrl);
    this.output("FunctionNames", functionNames.join(" "));
    if (auth?.tokens) this.output("TokensSecretArn", auth.tokens.secretArn);
  }

  private output(name: string, value: string): CfnOutput {
    return new CfnOutput(this, name, { value });
  }
}
