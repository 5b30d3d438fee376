import { App, CfnOutput, Duration, RemovalPolicy, SecretValue, Stack } from "aws-cdk-lib";
import { User } from "aws-cdk-lib/aws-iam";
import { type ISecret, Secret } from "aws-cdk-lib/aws-secretsmanager";
import recommended from "aws-cdk-lib/recommended-feature-flags.json" with { type: "json" };
import { Savepoint, type SavepointProps } from "savepoint/cdk";
import * as z from "zod";

/** What a test deploys, from its environment. */
const { TRY_CODE, TRY_AUTH, TRY_MODEL_URL } = z
  .object({
    TRY_CODE: z.enum(["first", "second", "broken"]),
    TRY_AUTH: z.enum(["tokens", "iam"]),
    TRY_MODEL_URL: z.url(),
  })
  .parse(process.env);

const stack = new Stack(new App({ context: recommended }), "Tried");
const openAiSecret = new Secret(stack, "OpenAi", {
  secretStringValue: SecretValue.unsafePlainText("key-from-the-secret"),
}) as ISecret;
const shared: SavepointProps = {
  workflows: `${TRY_CODE}.config.ts`,
  removalPolicy: RemovalPolicy.DESTROY,
  timeout: Duration.seconds(60),
  lease: Duration.seconds(6),
  environment: { OPENAI_BASE_URL: TRY_MODEL_URL },
};
const byToken = { auth: { tokens: true }, openAiSecret } as const;
const savepoint = new Savepoint(stack, "Savepoint", {
  ...shared,
  ...(TRY_AUTH === "tokens" && byToken),
  schedules: { minutely: { every: "1 minute", workflow: "tick", input: { from: "the clock" } } },
});
const output = (name: string, value: string) => new CfnOutput(stack, name, { value });
output("ApiUrl", savepoint.apiUrl);
output("TableName", savepoint.table.tableName);
output("QueueUrl", savepoint.queue.queueUrl);
output("DeadLetterQueueUrl", savepoint.deadLetters.queueUrl);
output("FunctionNames", savepoint.functionNames.join(" "));
if (savepoint.auth?.tokens) output("TokensSecret", savepoint.auth.tokens.secretArn);
if (TRY_AUTH === "iam") {
  // Where policies are checked, those of the authorizer and of a worker with a secret are, too.
  const other = new Savepoint(stack, "ByToken", { ...shared, ...byToken });
  output("ByTokenApiUrl", other.apiUrl);
  output("OpenAiSecret", openAiSecret.secretArn);
  if (other.auth?.tokens) output("TokensSecret", other.auth.tokens.secretArn);
  const caller = new User(stack, "Caller");
  savepoint.grantCall(caller);
  output("CallerName", caller.userName);
}
