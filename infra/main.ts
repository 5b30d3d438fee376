import { App, Tags } from "aws-cdk-lib";
import recommended from "aws-cdk-lib/recommended-feature-flags.json" with { type: "json" };
import { type Deployment, deploymentFrom } from "./deployment.ts";
import { SavepointStack } from "./stack.ts";

/** What was chosen; a choice that is none ends the synthesis with the reason alone. */
function chosen(of: App): Deployment {
  try {
    return deploymentFrom((name) => of.node.tryGetContext(name));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}

const app = new App({ context: recommended });
const deployment = chosen(app);
const stack = new SavepointStack(app, "Savepoint", deployment);
// So that the bill can be read by application (AWS Billing, "cost allocation tags").
Tags.of(stack).add("application", "savepoint");
app.synth();
