import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { expect, it, onTestFinished, vi } from "vitest";
import operate from "../../docs/examples/operate.ts";
import { DigestStack } from "../../docs/examples/construct.ts";
import { configOf } from "../../lambda/index.ts";

it("is made of the project's configuration, and has its schedule", () => {
  const here = process.cwd();
  // Inside the repository, so that it finds the library.
  mkdirSync(".savepoint", { recursive: true });
  const project = mkdtempSync(join(here, ".savepoint/docs-"));
  vi.spyOn(process, "cwd").mockReturnValue(project);
  onTestFinished(() => {
    vi.restoreAllMocks();
    rmSync(project, { recursive: true });
  });
  const operated = JSON.stringify(join(here, "docs/examples/operate.ts"));
  writeFileSync(join(project, "savepoint.config.ts"), `export { default } from ${operated};`);
  const app = new App({ outdir: join(project, "cdk.out") });
  const template = Template.fromStack(new DigestStack(app, "Digest"));
  template.hasResourceProperties("AWS::Events::Rule", { ScheduleExpression: "cron(0 3 * * ? *)" });
  expect(Object.keys(template.findResources("AWS::Lambda::Alias"))).toHaveLength(4);
});

it("tells of its runs by OpenTelemetry", () => {
  const { workflows, telemetry } = configOf({ default: operate });
  expect(workflows.map(({ name }) => name)).toEqual(["checkout"]);
  expect(telemetry).toHaveProperty("attempt");
});
