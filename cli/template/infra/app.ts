import { App, CfnOutput, Stack } from "aws-cdk-lib";
import { Savepoint } from "savepoint/cdk";

const stack = new Stack(new App(), "Digest");
const savepoint = new Savepoint(stack, "Savepoint", {
  workflows: "savepoint.config.ts",
  schedules: {
    // Each night at three o'clock, UTC.
    nightly: { cron: "0 3 * * *", workflow: "digest", input: { topic: "durable execution" } },
  },
});

// Where the deployment is, and which functions are rolled back.
new CfnOutput(stack, "ApiUrl", { value: savepoint.apiUrl });
new CfnOutput(stack, "FunctionNames", { value: savepoint.functionNames.join(" ") });
const tokens = savepoint.auth?.tokens;
if (tokens) new CfnOutput(stack, "TokensSecretArn", { value: tokens.secretArn });
