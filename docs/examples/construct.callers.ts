import { type App, Duration, Stack } from "aws-cdk-lib";
import { Rule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import { type IGrantable, PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Savepoint } from "savepoint/cdk";

/** Roles, users or functions that work with the runs of expenses. */
interface Callers {
  readonly portal: IGrantable;
  readonly reports: IGrantable;
  readonly support: IGrantable;
  readonly partner: IGrantable;
}

/** Expenses, with everybody who has to do with them. */
export class ExpensesStack extends Stack {
  constructor(app: App, { portal, reports, support, partner }: Callers) {
    super(app, "Expenses");
    const savepoint = new Savepoint(this, "Savepoint", { workflows: "savepoint.config.ts" });
    savepoint.grantStart(portal);
    savepoint.grantRead(reports);
    savepoint.grantCall(partner);
    // Looks at runs by the API alone, which shows no callback token.
    const { restApi } = savepoint.http;
    const looks = restApi.arnForExecuteApi("GET", "/*", restApi.deploymentStage.stageName);
    support.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ actions: ["execute-api:Invoke"], resources: [looks] }),
    );
    const webhook = savepoint.addWorkflowFunction("Webhook", {
      entry: "src/webhook.ts",
      timeout: Duration.seconds(10),
    });
    const eventPattern = { source: ["intranet"], detailType: ["decided"] };
    new Rule(this, "Decided", { eventPattern }).addTarget(new LambdaFunction(webhook));
  }
}
