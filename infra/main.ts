import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { App, Tags } from "aws-cdk-lib";
import recommended from "aws-cdk-lib/recommended-feature-flags.json" with { type: "json" };
import { bundleFunctionSync, REPOSITORY } from "../localstack/embedded/bundle.ts";
import { deploymentFrom } from "./deployment.ts";
import type { FunctionName } from "./descriptor.ts";
import { SavepointStack } from "./stack.ts";

const CONFIG = join(REPOSITORY, "lambda/agent/savepoint.config.ts");
const BUNDLES = fileURLToPath(new URL("../dist/functions", import.meta.url));

const bundle = (name: FunctionName) =>
  bundleFunctionSync({ role: name, config: CONFIG }, join(BUNDLES, name));

const app = new App({ context: recommended });
const deployment = deploymentFrom((name) => app.node.tryGetContext(name));
const stack = new SavepointStack(app, "Savepoint", {
  ...deployment,
  bundles: { worker: bundle("worker"), api: bundle("api"), sweeper: bundle("sweeper") },
});
// So that the bill can be read by application (AWS Billing, "cost allocation tags").
Tags.of(stack).add("application", "savepoint");
app.synth();
