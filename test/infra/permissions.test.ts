import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { SavepointStackProps } from "../../infra/stack.ts";
import { ENV } from "../../lambda/core/environment.ts";
import { answeredBy, on, rightsOf, statementsIn } from "./rights.ts";
import { synthesize } from "./synthesize.ts";

const OPENAI = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:openai-AbCdEf";
const jwt = { issuer: "https://issuer.example", audience: "mine" };
const schedules = { daily: { every: "1 day", workflow: "research", input: { topic: "sqlite" } } };

const logsOf = (role: string) => on(`${role}Logs`, "logs", "CreateLogStream", "PutLogEvents");
const READ = on("StateTable", "dynamodb", "BatchGetItem", "GetItem");
const HISTORY = on("StateTable", "dynamodb", "Query");
const WRITE = on("StateTable", "dynamodb", "PutItem", "UpdateItem");
const DELETE = on("StateTable", "dynamodb", "DeleteItem");
const DUE = on("StateTable/index/due", "dynamodb", "Query");
const LISTS = ["list", "attention"].flatMap((index) =>
  on(`StateTable/index/${index}`, "dynamodb", "Query"),
);
const SEND = on("HintsQueue", "sqs", "SendMessage");
const HANDLE = [
  ...on("HintsQueue", "sqs", "ChangeMessageVisibility", "DeleteMessage"),
  // The event source mapping polls with the function's own role.
  ...on("HintsQueue", "sqs", "GetQueueAttributes", "ReceiveMessage"),
];

/** The right to delete is one to versions of the functions: never to a function, which has no colon there. */
const pruning = (functions: readonly string[]) =>
  functions.flatMap((name) => [
    ...on(`${name}Function`, "lambda", "ListAliases", "ListVersionsByFunction"),
    ...on(`${name}Function:*`, "lambda", "DeleteFunction"),
  ]);
const PRUNED = ["Worker", "ApiHandler", "Sweeper", "Versions"];

/** What each function may do, and on what, where nothing is chosen. */
const RIGHTS = {
  Worker: [...READ, ...HISTORY, ...WRITE, ...SEND, ...HANDLE, ...logsOf("Worker")],
  ApiHandler: [READ, HISTORY, LISTS, WRITE, DELETE, SEND, logsOf("ApiHandler")].flat(),
  Sweeper: [...READ, ...HISTORY, ...DUE, ...WRITE, ...SEND, ...logsOf("Sweeper")],
  Versions: [...pruning(PRUNED), ...logsOf("Versions")],
};
const reading = (secret: string) => on(secret, "secretsmanager", "GetSecretValue");
const WITH_KEY = { Worker: [...RIGHTS.Worker, ...reading(OPENAI)] };
const WITH_AUTHORIZER = { Versions: [...pruning([...PRUNED, "Auth"]), ...logsOf("Versions")] };
const WITH_TOKENS = {
  ...WITH_AUTHORIZER,
  Auth: [...logsOf("Auth"), ...reading("AuthTokens")],
};
const WITH_JWT = { ...WITH_AUTHORIZER, Auth: logsOf("Auth") };

type Variant = readonly [string, Partial<SavepointStackProps>, Record<string, readonly string[]>];

/** What can be chosen about who may call and what is told to functions, with what it changes. */
const VARIANTS: readonly Variant[] = [
  ["where nothing is chosen", {}, {}],
  ["with bearer tokens", { auth: { tokens: true } }, WITH_TOKENS],
  ["with JSON Web Tokens", { auth: { jwt } }, WITH_JWT],
  ["with a key for OpenAI", { openAiSecretArn: OPENAI }, WITH_KEY],
  ["with an open route for tokens", { publicTokens: true }, {}],
  ["with a schedule", { schedules }, {}],
  [
    "with all of it",
    { auth: { tokens: true }, openAiSecretArn: OPENAI, publicTokens: true, schedules },
    { ...WITH_KEY, ...WITH_TOKENS },
  ],
];

describe.each(VARIANTS)("a deployment %s", (_, props, changed) => {
  const resources = synthesize(props);

  it("lets each function do this and nothing more, by a role of its own", () => {
    const expected = Object.entries({ ...RIGHTS, ...changed });
    expect(rightsOf(resources)).toEqual(
      Object.fromEntries(expected.map(([name, rights]) => [name, rights.toSorted()])),
    );
  });

  it("names actions and resources in full, but for the numbers of the versions that are pruned", () => {
    const wide = statementsIn(resources).filter((one) => JSON.stringify(one).includes("*"));
    expect(wide).toMatchObject([{ Action: "lambda:DeleteFunction" }]);
  });

  it("has its functions called by its own API, queue and rules only", () => {
    for (const { Properties } of Object.values(resources.all("AWS::Lambda::Permission"))) {
      expect(Properties).toMatchObject({
        Action: "lambda:InvokeFunction",
        Principal: expect.stringMatching(/^(apigateway|events)\.amazonaws\.com$/),
        SourceArn: expect.anything(),
      });
      expect(JSON.stringify(Properties["SourceArn"])).toMatch(/"HttpApi|"Ticks|"VersionsDaily/);
    }
  });

  it("answers nobody unasked who they are, but for the token route where that is open", () => {
    const open = answeredBy(resources).filter((route) => route.endsWith(" NONE"));
    expect(open).toEqual(props.publicTokens === true ? ["POST /tokens/{token} NONE"] : []);
  });

  it("tells its functions where secrets are, and none of them", () => {
    const { openaiKey, ...names } = ENV;
    const known = new Set<string>(["NODE_OPTIONS", ...Object.values(names)]);
    for (const { Properties } of Object.values(resources.all("AWS::Lambda::Function"))) {
      const { Variables } = Properties["Environment"] as { Variables: Record<string, unknown> };
      expect(Object.keys(Variables).filter((name) => !known.has(name))).toEqual([]);
      expect(Variables).not.toHaveProperty(openaiKey);
      // CloudFormation would put the secret itself in the place of such a reference.
      expect(JSON.stringify(Variables)).not.toContain("{{resolve:");
    }
  });
});

/** Calls on AWS that the source makes, as IAM actions; SQS has no actions for its batch calls. */
function actionsInSource(): string[] {
  const services = {
    dynamodb: "@aws-sdk/client-dynamodb",
    lambda: "@aws-sdk/client-lambda",
    secretsmanager: "@aws-sdk/client-secrets-manager",
    sqs: "@aws-sdk/client-sqs",
  };
  const sources = readdirSync("lambda", { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => readFileSync(join("lambda", path), "utf8"));
  const actions = Object.entries(services).flatMap(([service, client]) =>
    sources
      .flatMap((text) => [
        ...text.matchAll(/{([^{}]*)}\s+(?:from\s+|=\s+await import\()"([^"]*)"/g),
      ])
      .filter(([, , from]) => from === client)
      .flatMap(([, names = ""]) => [
        ...names.matchAll(/\b(?:paginate(\w+)|(\w+?)(?:Batch)?Command)\b/g),
      ])
      .map(([, listed, called = listed]) => `${service}:${called}`),
  );
  return [...new Set(actions)];
}

it("what functions may do adds up to the calls that the source makes, and those of poller and log", () => {
  const actionsOf = (rights: readonly string[]) => rights.map((right) => right.replace(/ .*/, ""));
  const rights = Object.values({ ...RIGHTS, ...WITH_KEY, ...WITH_TOKENS }).flat();
  const others = ["sqs:GetQueueAttributes", "sqs:ReceiveMessage", ...actionsOf(logsOf("Any"))];
  expect(new Set(actionsOf(rights))).toEqual(new Set([...actionsInSource(), ...others]));
});
