import { App, Duration, Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { Code, LayerVersion } from "aws-cdk-lib/aws-lambda";
import recommended from "aws-cdk-lib/recommended-feature-flags.json" with { type: "json" };
import { expect, it } from "vitest";
import { Savepoint, type SavepointProps, type WorkflowFunctionProps } from "../../infra/index.ts";
import { built, STAND_IN_SHA256, standInBundles } from "./synthesize.ts";

const WEBHOOK = { entry: "test/infra/fixtures/webhook.ts" };
const OTHER = { directory: "test/infra/fixtures", sha256: STAND_IN_SHA256 };
const CALLED = ["ApiHandler", "Auth", "Sweeper", "Webhook", "Worker"];

/** A deployment with bearer tokens and a function of the project's own. */
const deployed = (
  props: Partial<SavepointProps> = {},
  webhook: Partial<WorkflowFunctionProps> = {},
  more: (savepoint: Savepoint) => void = () => undefined,
) =>
  built(
    () => ({ auth: { tokens: true }, ...props }),
    (savepoint) => {
      savepoint.addWorkflowFunction("Webhook", { ...WEBHOOK, ...webhook });
      more(savepoint);
    },
  );

/** Logical id of each function's version, which CloudFormation publishes anew when it changes, by the function. */
const versionsOf = (template: Template): Record<string, string> =>
  Object.fromEntries(
    Object.keys(template.findResources("AWS::Lambda::Version")).map((id) => [named(id), id]),
  );
const named = (id: string) => /^Savepoint(\w+?)Function/.exec(id)?.[1] ?? id;

const before = versionsOf(deployed());

/** The functions that a deployment would publish a new version of, after another. */
const published = (template: Template, last = before): string[] =>
  Object.entries(versionsOf(template))
    .filter(([name, id]) => last[name] !== id)
    .map(([name]) => name)
    .toSorted();

it.each<[string, Partial<SavepointProps>, Partial<WorkflowFunctionProps>]>([
  ["the API's code", { workflows: { ...standInBundles(), api: OTHER } }, {}],
  ["the worker's memory", { memoryMb: 2048 }, {}],
  ["the worker's timeout", { timeout: Duration.minutes(5) }, {}],
  ["what the API alone is told", { corsOrigins: ["https://app.example.com"] }, {}],
  ["what the authorizer is told", { auth: { jwt: { issuer: "https://a.b", audience: "c" } } }, {}],
  ["what a function of the project's own is told", {}, { environment: { MINE: "yes" } }],
])("a change of %s makes a version of each function, to be rolled back as one", (_, ...change) => {
  expect(published(deployed(...change))).toEqual(CALLED);
});

it.each(["recommended", "no"])(
  "a change within a layer that the app builds makes a version of each function, with %s flags",
  (flags) => {
    const withLayer = (content: string, description: string) => {
      const app = new App(flags === "recommended" ? { context: recommended } : {});
      const stack = new Stack(app, "Mine");
      // Of another stack, its content is in another template.
      const code = Code.fromAsset(content);
      const layer = new LayerVersion(new Stack(app, "Other"), "Layer", { code, description });
      const savepoint = new Savepoint(stack, "Savepoint", {
        workflows: standInBundles(),
        auth: { tokens: true },
        layers: [layer],
      });
      savepoint.addWorkflowFunction("Webhook", WEBHOOK);
      return Template.fromStack(stack);
    };
    const first = versionsOf(withLayer("test/infra/fixtures/stand-in", "one"));
    const same = withLayer("test/infra/fixtures/stand-in", "one");
    expect(published(same, first)).toEqual([]);
    expect(published(withLayer("test/infra/fixtures", "one"), first)).toEqual(CALLED);
    expect(published(withLayer("test/infra/fixtures/stand-in", "two"), first)).toEqual(CALLED);
  },
);

it("a layer by another ARN makes a version of each function", () => {
  const withLayer = (version: number) => {
    const arn = `arn:aws:lambda:eu-central-1:123456789012:layer:mine:${version}`;
    return built((stack) => ({ layers: [LayerVersion.fromLayerVersionArn(stack, "Layer", arn)] }));
  };
  const told = published(withLayer(2), versionsOf(withLayer(1)));
  expect(told).toEqual(["ApiHandler", "Sweeper", "Worker"]);
});

it("a change of what is no function's makes none", () => {
  expect(published(deployed())).toEqual([]);
  expect(published(deployed({ requestsPerSecond: 5, maxConcurrency: 7 }))).toEqual([]);
});

it("versions tell by their description which of them were deployed together", () => {
  const releases = (template: Template) =>
    Object.entries(template.findResources("AWS::Lambda::Function"))
      .map(([id, { Properties }]) => [named(id), Properties["Description"] as unknown] as const)
      .filter(([, description]) => description !== undefined);
  const all = new Map(releases(deployed()));
  const [first, ...others] = new Set(all.values());
  expect(first).toMatch(/^Release [0-9a-f]{12}$/);
  expect(others).toEqual([]);
  const names: string[] = [...all.keys()];
  expect(names.toSorted()).toEqual(CALLED);
  expect(releases(deployed({ memoryMb: 2048 }))[0]?.[1]).not.toBe(first);
});

it("the construct names all that are rolled back together, those that are added last", () => {
  let names: readonly string[] = [];
  deployed({}, {}, ({ functionNames, worker }) => {
    names = worker.stack.resolve(functionNames) as string[];
  });
  expect(names.map((name) => named(JSON.stringify(name).replace(/\W|Ref/g, "")))).toEqual([
    "Worker",
    "ApiHandler",
    "Sweeper",
    "Auth",
    "Webhook",
  ]);
});
