import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { descriptor } from "../../infra/descriptor.ts";
import { synthesize } from "./synthesize.ts";

const policySchema = z.object({
  Roles: z.array(z.object({ Ref: z.string() })),
  PolicyDocument: z.object({
    Statement: z.array(
      z.object({
        Effect: z.literal("Allow"),
        Action: z.union([z.string(), z.array(z.string())]),
        Resource: z.unknown(),
      }),
    ),
  }),
});
type Statement = z.infer<typeof policySchema>["PolicyDocument"]["Statement"][number];

const resources = synthesize();
const policies = Object.values(resources.all("AWS::IAM::Policy")).map(({ Properties }) =>
  policySchema.parse(Properties),
);

const statementsOf = (role: string): Statement[] =>
  policies
    .filter(({ Roles }) => Roles.some(({ Ref }) => Ref.startsWith(role)))
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement);

const allowed = (statements: readonly Statement[]) =>
  [...new Set(statements.flatMap(({ Action }) => Action))].toSorted();

const LOGS = ["logs:CreateLogStream", "logs:PutLogEvents"];
const READ_AND_WRITE = [
  "dynamodb:BatchGetItem",
  "dynamodb:GetItem",
  "dynamodb:PutItem",
  "dynamodb:Query",
  "dynamodb:UpdateItem",
];

describe("what each function may do", () => {
  it("is for the worker: read and write runs, handle and send hints", () => {
    expect(allowed(statementsOf("WorkerRole"))).toEqual([
      ...READ_AND_WRITE,
      ...LOGS,
      "sqs:ChangeMessageVisibility",
      "sqs:DeleteMessage",
      "sqs:GetQueueAttributes",
      "sqs:ReceiveMessage",
      "sqs:SendMessage",
    ]);
  });

  it("is for the sweeper: read and write runs, send hints", () => {
    expect(allowed(statementsOf("SweeperRole"))).toEqual([
      ...READ_AND_WRITE,
      ...LOGS,
      "sqs:SendMessage",
    ]);
  });

  it("is for the API: the same, and delete runs", () => {
    expect(allowed(statementsOf("ApiHandlerRole"))).toEqual(
      [...READ_AND_WRITE, "dynamodb:DeleteItem", ...LOGS, "sqs:SendMessage"].toSorted(),
    );
  });

  it("is nothing more: each has a role of its own, without managed policies", () => {
    const roles = Object.values(resources.all("AWS::IAM::Role"));
    expect(roles).toHaveLength(Object.keys(descriptor.functions).length);
    for (const { Properties } of roles) {
      expect(Object.keys(Properties)).toEqual(["AssumeRolePolicyDocument"]);
    }
  });
});

/** Calls on AWS that the source makes, as IAM actions; SQS has no actions for its batch calls. */
function actionsInSource(): string[] {
  const services = { dynamodb: "@aws-sdk/client-dynamodb", sqs: "@aws-sdk/client-sqs" };
  const sources = readdirSync("lambda", { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => readFileSync(join("lambda", path), "utf8"));
  const actions = Object.entries(services).flatMap(([service, client]) =>
    sources
      .flatMap((text) => [...text.matchAll(/import\s+{([^}]*)}\s+from\s+"([^"]*)"/g)])
      .filter(([, , from]) => from === client)
      .flatMap(([, names = ""]) => [...names.matchAll(/(\w+?)(Batch)?Command\b/g)])
      .map(([, call]) => `${service}:${call}`),
  );
  return [...new Set(actions)].toSorted();
}

it("adds up to the calls that the source makes, and those of the poller", () => {
  const poller = ["sqs:GetQueueAttributes", "sqs:ReceiveMessage"];
  const granted = allowed(policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement));
  expect(granted).toEqual([...actionsInSource(), ...poller, ...LOGS].toSorted());
});

describe("every statement", () => {
  const all = policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);

  it("names its actions in full", () => {
    expect(all.length).toBeGreaterThan(0);
    expect(allowed(all).filter((action) => action.includes("*"))).toEqual([]);
  });

  it("names its resources in full: the table, its indexes, the queue, the function's own logs", () => {
    expect(all.filter(({ Resource }) => JSON.stringify(Resource).includes("*"))).toEqual([]);
  });
});
