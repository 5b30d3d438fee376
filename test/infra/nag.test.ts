import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import { expect, it } from "vitest";
import * as z from "zod";
import { withStack } from "./synthesize.ts";

/** What AWS Solutions finds and is left as it is, with the reason. */
const ACCEPTED: Record<string, string> = {
  "AwsSolutions-APIG1": "access logs need a CloudWatch role that the whole account would share",
  "AwsSolutions-APIG2": "the function validates every body, with a message for each field",
  "AwsSolutions-APIG3": "a firewall costs by the month, and unsigned requests are refused already",
  "AwsSolutions-APIG6": "execution logs need the same shared role as access logs",
  "AwsSolutions-COG4": "callers sign their requests with IAM instead of a Cognito pool",
  "AwsSolutions-IAM5[Resource::<function>:*]":
    "the right to delete versions of the deployment's own functions: their numbers are not known before",
};

const reportSchema = z.object({
  pluginReports: z.array(
    z.object({
      pluginName: z.string(),
      violations: z.array(z.object({ ruleName: z.string() })),
    }),
  ),
});

/** What is left as it is where bearer tokens are taken. */
const ACCEPTED_WITH_TOKENS: Record<string, string> = {
  ...ACCEPTED,
  "AwsSolutions-SMG4":
    "the secret holds hashes; who has a token makes and revokes it, no timer can",
};

it.each([
  ["by default", {}, ACCEPTED],
  ["with bearer tokens", { auth: { tokens: true } } as const, ACCEPTED_WITH_TOKENS],
])("follows the AWS Solutions rules %s but for those left with a reason", (_, props, accepted) => {
  const found = withStack(props, (_stack, app) => {
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    expect(() => app.synth()).toThrow("AwsSolutions");
    const report = readFileSync(join(app.outdir, "validation-report.json"), "utf8");
    return reportSchema
      .parse(JSON.parse(report))
      .pluginReports.flatMap(({ violations }) =>
        violations.map(({ ruleName }) =>
          ruleName.replace(/<\w+Function[0-9A-F]{8}\.Arn>/, "<function>"),
        ),
      );
  });
  expect([...new Set(found)].toSorted()).toEqual(Object.keys(accepted));
});
