import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { App, Tags } from "aws-cdk-lib";
import recommended from "aws-cdk-lib/recommended-feature-flags.json" with { type: "json" };
import { bundleFunction } from "../localstack/embedded/bundle.ts";
import { deploymentFrom } from "./deployment.ts";
import { descriptor, type FunctionName } from "./descriptor.ts";
import { SavepointStack } from "./stack.ts";

const BUNDLES = fileURLToPath(new URL("../dist/functions", import.meta.url));

const bundle = (name: FunctionName) =>
  bundleFunction(descriptor.functions[name].entry, join(BUNDLES, name));

const app = new App({ context: recommended });
const deployment = deploymentFrom((name) => app.node.tryGetContext(name));
const [worker, api, sweeper] = await Promise.all([
  bundle("worker"),
  bundle("api"),
  bundle("sweeper"),
]);
const stack = new SavepointStack(app, "Savepoint", {
  ...deployment,
  bundles: { worker, api, sweeper },
});
// So that the bill can be read by application (AWS Billing, "cost allocation tags").
Tags.of(stack).add("application", "savepoint");
app.synth();
