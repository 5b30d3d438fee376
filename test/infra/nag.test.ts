import { readFileSync } from "node:fs";
import { join } from "node:path";
import { App, Stack, Validations } from "aws-cdk-lib";
import { CfnInclude } from "aws-cdk-lib/cloudformation-include";
import { Key } from "aws-cdk-lib/aws-kms";
import { Queue } from "aws-cdk-lib/aws-sqs";
import { AwsSolutionsChecks } from "cdk-nag";
import { expect, it } from "vitest";
import * as z from "zod";
import type { SavepointStack, SavepointStackProps } from "../../infra/stack.ts";
import { withStack } from "./synthesize.ts";

const reportSchema = z.object({
  pluginReports: z.array(
    z.object({
      violations: z.array(
        z.object({
          ruleName: z.string(),
          violatingConstructs: z.array(z.object({ constructPath: z.string() })),
        }),
      ),
    }),
  ),
});

/** Synthesizes an app with the AWS Solutions rules, and says what they have found, and where. */
function found(app: App): string[] {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  app.synth();
  const report = readFileSync(join(app.outdir, "validation-report.json"), "utf8");
  return reportSchema
    .parse(JSON.parse(report))
    .pluginReports.flatMap(({ violations }) =>
      violations.flatMap(({ ruleName, violatingConstructs }) =>
        violatingConstructs.map(({ constructPath }) => `${ruleName} ${constructPath}`),
      ),
    );
}

/** What they find in the template alone, which knows of no reasons. */
function foundWithoutReasons(app: App, stack: Stack): string[] {
  const { templateFullPath } = app.synth().getStackArtifact(stack.artifactId);
  const bare = new App();
  const template = new CfnInclude(new Stack(bare, "Bare"), "Template", {
    templateFile: templateFullPath,
  });
  return sorted(
    new AwsSolutionsChecks().validateScope(template).violations.map((one) => one.ruleName),
  );
}

/** The rules that are accepted somewhere in a stack. */
const accepted = (stack: Stack): string[] =>
  sorted(
    stack.node
      .findAll()
      .flatMap(({ node }) => node.metadata)
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) => Object.keys(z.record(z.string(), z.string()).parse(data)))
      .map((rule) => rule.replace(/^Annotation::/, "")),
  );

const sorted = (rules: readonly string[]): string[] => [...new Set<string>(rules)].toSorted();

/** Key that somebody has already, whose policy is not the stack's. */
const encryptionKey = Key.fromKeyArn(
  new Stack(),
  "Key",
  "arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000",
);
const openAiSecretArn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:openai-AbCdEf";
const jwt = { issuer: "https://issuer.example", audience: "mine" };
const nightly = { cron: "0 3 * * *", workflow: "research", input: {} };

const addWebhook = ({ savepoint }: SavepointStack): void => {
  savepoint.addWorkflowFunction("Webhook", { entry: "test/infra/fixtures/webhook.ts" });
};

interface Variant {
  readonly what: string;
  readonly props: Partial<SavepointStackProps>;
  /** Adds what is no property. */
  readonly add?: (stack: SavepointStack) => void;
}

/** What can be chosen. */
const VARIANTS: readonly Variant[] = [
  { what: "by default", props: {} },
  { what: "with bearer tokens", props: { auth: { tokens: true } } },
  { what: "with JSON Web Tokens", props: { auth: { jwt } } },
  { what: "with an open route for tokens", props: { publicTokens: true } },
  { what: "with a key for the table", props: { encryptionKey } },
  { what: "with a key for OpenAI", props: { openAiSecretArn } },
  { what: "with pages of another site", props: { corsOrigins: ["https://app.example.com"] } },
  { what: "with a schedule", props: { schedules: { nightly } } },
  { what: "with a function of the project's own", props: { encryptionKey }, add: addWebhook },
];

/** How long that may take where others work, too, milliseconds. */
const SYNTHESIS_MS = 180_000;

it.each(VARIANTS)(
  "the AWS Solutions rules find nothing in a stack $what, and all that is accepted there if it were not",
  ({ props, add }) => {
    withStack(props, (stack, app) => {
      add?.(stack);
      expect(found(app)).toEqual([]);
      expect(accepted(stack)).toEqual(foundWithoutReasons(app, stack));
    });
  },
  SYNTHESIS_MS,
);

it("the rules find what is not the construct's own in the same stack", () => {
  withStack({}, (stack, app) => {
    const { node } = new Queue(stack, "Mine", { enforceSSL: false });
    expect(() => found(app)).toThrow(node.path);
  });
});
