import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Stack, Validations } from "aws-cdk-lib";
import { Key } from "aws-cdk-lib/aws-kms";
import { AwsSolutionsChecks } from "cdk-nag";
import { expect, it } from "vitest";
import * as z from "zod";
import type { SavepointStackProps } from "../../infra/stack.ts";
import { withStack } from "./synthesize.ts";

/** Why what is found is left as it is, by the rule and, where there are several, what it is about. */
type Reasons = Readonly<Record<string, string>>;

/** What AWS Solutions finds in every deployment. */
const ACCEPTED: Reasons = {
  "AwsSolutions-APIG1": "access logs need a CloudWatch role that the whole account would share",
  "AwsSolutions-APIG2": "the function validates every body, with a message for each field",
  "AwsSolutions-APIG3": "a firewall costs by the month, and unsigned requests are refused already",
  "AwsSolutions-APIG6": "execution logs need the same shared role as access logs",
  "AwsSolutions-COG4": "callers sign their requests or bear a token; no Cognito pool is needed",
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

/** Key that somebody has already, whose policy is not the stack's. */
const encryptionKey = Key.fromKeyArn(
  new Stack(),
  "Key",
  "arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000",
);
const openAiSecretArn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:openai-AbCdEf";
const jwt = { issuer: "https://issuer.example", audience: "mine" };

const WITH_TOKENS: Reasons = {
  "AwsSolutions-SMG4":
    "the secret holds hashes; who has a token makes and revokes it, no timer can",
};
const WITH_OPEN_ROUTE: Reasons = {
  "AwsSolutions-APIG4":
    "who completes a token needs that alone, of 256 bits; the route has a throttle of its own",
};
const EACH_FORM = "DynamoDB asks for each form of the call, on the one key of the table";
const WITH_TABLE_KEY: Reasons = {
  "AwsSolutions-IAM5[Action::kms:GenerateDataKey*]": EACH_FORM,
  "AwsSolutions-IAM5[Action::kms:ReEncrypt*]": EACH_FORM,
};

/** What can be chosen, and what is then found besides. */
const VARIANTS: readonly (readonly [string, Partial<SavepointStackProps>, Reasons])[] = [
  ["by default", {}, {}],
  ["with bearer tokens", { auth: { tokens: true } }, WITH_TOKENS],
  ["with JSON Web Tokens", { auth: { jwt } }, {}],
  ["with an open route for tokens", { publicTokens: true }, WITH_OPEN_ROUTE],
  ["with a key for the table", { encryptionKey }, WITH_TABLE_KEY],
  ["with a key for OpenAI", { openAiSecretArn }, {}],
];

it.each(VARIANTS)(
  "follows the AWS Solutions rules %s but for those left with a reason",
  (_, props, more) => {
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
    expect([...new Set(found)].toSorted()).toEqual(
      Object.keys({ ...ACCEPTED, ...more }).toSorted(),
    );
  },
);
