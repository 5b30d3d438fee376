import { App, Tags } from "aws-cdk-lib";
import recommended from "aws-cdk-lib/recommended-feature-flags.json" with { type: "json" };
import { deploymentFrom } from "./deployment.ts";
import { SavepointStack } from "./stack.ts";

const app = new App({ context: recommended });
const deployment = deploymentFrom((name) => app.node.tryGetContext(name));
const stack = new SavepointStack(app, "Savepoint", deployment);
// So that the bill can be read by application (AWS Billing, "cost allocation tags").
Tags.of(stack).add("application", "savepoint");
app.synth();
