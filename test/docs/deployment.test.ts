import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { App, Stack } from "aws-cdk-lib";
import { Match, Template } from "aws-cdk-lib/assertions";
import { AccountPrincipal, Role } from "aws-cdk-lib/aws-iam";
import { expect, it, onTestFinished, vi } from "vitest";
import operate from "../../docs/examples/operate.ts";
import { ExpensesStack } from "../../docs/examples/construct.callers.ts";
import { DigestStack } from "../../docs/examples/construct.ts";
import { deploymentFrom } from "../../infra/deployment.ts";
import { configOf } from "../../lambda/index.ts";

const ROOT = process.cwd();

/** What is looked at of a policy. */
interface Policy {
  readonly Properties: {
    readonly Roles: readonly [{ readonly Ref: string }];
    readonly PolicyDocument: {
      readonly Statement: readonly { readonly Action: string | readonly string[] }[];
    };
  };
}

/** A folder of a project, which paths are from until the test is over. */
function project(): string {
  // Inside the repository, so that it finds the library.
  mkdirSync(".savepoint", { recursive: true });
  const folder = mkdtempSync(join(ROOT, ".savepoint/docs-"));
  vi.spyOn(process, "cwd").mockReturnValue(folder);
  onTestFinished(() => {
    vi.restoreAllMocks();
    rmSync(folder, { recursive: true });
  });
  return folder;
}

/** Writes a module that exports all of an example. */
function writeExample(path: string, example: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const from = JSON.stringify(join(ROOT, "docs/examples", example));
  writeFileSync(path, `export * from ${from};`);
}

it("is made of the project's configuration, and has its schedule", () => {
  const folder = project();
  writeExample(join(folder, "savepoint.config.ts"), "steps.ts");
  const app = new App({ outdir: join(folder, "cdk.out") });
  const template = Template.fromStack(new DigestStack(app, "Digest"));
  template.hasResourceProperties("AWS::Events::Rule", { ScheduleExpression: "cron(0 3 * * ? *)" });
  expect(Object.keys(template.findResources("AWS::Lambda::Alias"))).toHaveLength(4);
});

it("lets others do what it grants them, and calls the project's own function by its alias", () => {
  const folder = project();
  writeExample(join(folder, "savepoint.config.ts"), "events.ts");
  writeExample(join(folder, "src/webhook.ts"), "construct.webhook.ts");
  const app = new App({ outdir: join(folder, "cdk.out") });
  const people = new Stack(app, "People");
  const role = (id: string) => new Role(people, id, { assumedBy: new AccountPrincipal("1") });
  const callers = {
    portal: role("Portal"),
    reports: role("Reports"),
    support: role("Support"),
    partner: role("Partner"),
  };
  const template = Template.fromStack(new ExpensesStack(app, callers));
  template.hasResourceProperties("AWS::Events::Rule", {
    EventPattern: { source: ["intranet"], "detail-type": ["decided"] },
    Targets: [{ Arn: { Ref: Match.stringLikeRegexp("WebhookFunctionLive") } }],
  });
  template.hasResourceProperties("AWS::Lambda::Function", { Timeout: 10, MemorySize: 256 });
  const [portal, reports, partner] = ["Portal", "Reports", "Partner"].map((name) =>
    actionsOf(Template.fromStack(people), name),
  );
  expect(portal).toEqual(expect.arrayContaining(["dynamodb:PutItem", "sqs:SendMessage"]));
  expect(portal).not.toContain("dynamodb:DeleteItem");
  expect(reports).toContain("dynamodb:Query");
  expect(reports?.filter((action) => !/:(BatchGetItem|GetItem|Query)$/.test(action))).toEqual([]);
  expect(partner).toEqual(["execute-api:Invoke"]);
  const support = statementsOf(Template.fromStack(people), "Support");
  expect(support.map(({ Action }) => Action)).toEqual(["execute-api:Invoke"]);
  expect(JSON.stringify(support)).toMatch(/"\/GET\/\*"/);
});

/** What the role whose id begins like this is allowed. */
const actionsOf = (template: Template, role: string): string[] =>
  statementsOf(template, role).flatMap(({ Action }) => Action);

/** The statements that say so. */
function statementsOf(template: Template, role: string) {
  const policies = Object.values(template.findResources("AWS::IAM::Policy")) as Policy[];
  return policies
    .filter(({ Properties }) => Properties.Roles[0].Ref.startsWith(role))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
}

it("tells of its runs by OpenTelemetry", () => {
  const { workflows, telemetry } = configOf({ default: operate });
  expect(workflows.map(({ name }) => name)).toEqual(["checkout"]);
  expect(telemetry).toHaveProperty("attempt");
});

it("choices that are kept in cdk.json as the guide has it are those of its command", () => {
  const guide = readFileSync("docs/deploy.md", "utf8");
  const [, kept = ""] = /```json\n([^]*?)```/.exec(guide) ?? [];
  const { context } = JSON.parse(kept) as { context: Record<string, unknown> };
  const [, words = ""] = /^npx cdk deploy (.*)$/m.exec(guide) ?? [];
  const chosen = [...words.matchAll(/-c (\w+)=(?:"([^"]+)"|(\S+))/g)].map(
    ([, name = "", quoted, plain]) => [name, quoted ?? plain],
  );
  expect(chosen).toHaveLength(2);
  const { context: ours } = JSON.parse(readFileSync("cdk.json", "utf8")) as { context: object };
  expect(context).toEqual({ ...ours, ...Object.fromEntries(chosen) });
  expect(deploymentFrom((name) => context[name])).toMatchObject({ auth: { tokens: true } });
});
