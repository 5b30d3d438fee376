import { LayerVersion } from "aws-cdk-lib/aws-lambda";
import { describe, expect, it } from "vitest";
import { built } from "./synthesize.ts";

describe("the construct", () => {
  it.each(["SAVEPOINT_TABLE", "SAVEPOINT_LEASE_MARGIN_MS", "NODE_OPTIONS", "LAMBDA_TASK_ROOT"])(
    "is refused with a variable that is not for a project to set, by its name: %s",
    (name) => {
      const environment = { [name]: "mine", MINE: "yes" };
      const message = `environment has ${name}, which the construct or Lambda sets itself`;
      expect(() => built(() => ({ environment }))).toThrow(message);
      const entry = "test/infra/fixtures/webhook.ts";
      const add = () =>
        built(undefined, (savepoint) => {
          savepoint.addWorkflowFunction("Webhook", { entry, environment });
        });
      expect(add).toThrow(message);
    },
  );

  it("takes the variable by which a layer starts functions only where there are layers", () => {
    const environment = { AWS_LAMBDA_EXEC_WRAPPER: "/opt/otel-handler" };
    const arn = "arn:aws:lambda:eu-central-1:123456789012:layer:otel:1";
    const layered = built((stack) => ({
      environment,
      layers: [LayerVersion.fromLayerVersionArn(stack, "Layer", arn)],
    }));
    const told = layered.findResources("AWS::Lambda::Function", {
      Properties: { Environment: { Variables: environment } },
    });
    expect(Object.keys(told)).toHaveLength(3);
    const message = "environment has AWS_LAMBDA_EXEC_WRAPPER, which names a file of a layer";
    expect(() => built(() => ({ environment }))).toThrow(message);
    expect(() => built(() => ({ environment, layers: [] }))).toThrow(message);
    const entry = "test/infra/fixtures/webhook.ts";
    const add = () =>
      built(undefined, (savepoint) => {
        savepoint.addWorkflowFunction("Webhook", { entry, environment });
      });
    expect(add).toThrow(message);
  });
});
