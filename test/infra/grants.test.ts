import { Stack } from "aws-cdk-lib";
import { AccountPrincipal, ArnPrincipal, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import { Function } from "aws-cdk-lib/aws-lambda";
import { describe, expect, it } from "vitest";
import type { Savepoint } from "../../infra/index.ts";
import { on, rightsOf, rightsOfRole } from "./rights.ts";
import { synthesize } from "./synthesize.ts";

const READ = [
  ...on("StateTable", "dynamodb", "BatchGetItem", "GetItem", "Query"),
  ...on("StateTable/index/attention", "dynamodb", "Query"),
  ...on("StateTable/index/list", "dynamodb", "Query"),
];
const START = [
  ...READ,
  ...on("StateTable", "dynamodb", "PutItem", "UpdateItem"),
  ...on("HintsQueue", "sqs", "SendMessage"),
];
const KEY = "arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000";

/** What a role of somebody's may do, and on what, once it is granted. */
const granted = (
  grant: (savepoint: Savepoint, role: Role) => void,
  { hasTableKey = false } = {},
): readonly string[] => {
  const encryptionKey = Key.fromKeyArn(new Stack(), "Key", KEY);
  const resources = synthesize(hasTableKey ? { encryptionKey } : {}, (stack) =>
    grant(stack.savepoint, new Role(stack, "Caller", { assumedBy: new AccountPrincipal("1") })),
  );
  return rightsOfRole(resources, "Caller");
};

describe("who is granted", () => {
  it("to read may look at runs and list them, and nothing else of anything", () => {
    expect(granted((savepoint, role) => savepoint.grantRead(role))).toEqual(READ.toSorted());
  });

  it("to start runs may read and write them and send hints, and not delete", () => {
    expect(granted((savepoint, role) => savepoint.grantStart(role))).toEqual(START.toSorted());
  });

  it("to call may call each route of the one API, as it is deployed, and knows nothing of the table", () => {
    expect(granted((savepoint, role) => savepoint.grantCall(role))).toEqual([
      "execute-api:Invoke arn:AWS::Partition:execute-api:AWS::Region:AWS::AccountId:HttpApi/HttpApiDeploymentStagev1/*/*",
    ]);
  });

  it("may use the key of the table, to read with or to write, too", () => {
    const rights = (grant: Parameters<typeof granted>[0]) =>
      granted(grant, { hasTableKey: true }).filter((right) => right.startsWith("kms:"));
    expect(rights((savepoint, role) => savepoint.grantRead(role))).toEqual(
      on(KEY, "kms", "Decrypt", "DescribeKey"),
    );
    expect(rights((savepoint, role) => savepoint.grantStart(role))).toEqual(
      on(KEY, "kms", "Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey*", "ReEncrypt*"),
    );
    expect(rights((savepoint, role) => savepoint.grantCall(role))).toEqual([]);
  });
});

describe("a grant that would give nothing is refused", () => {
  const granting = (grant: (savepoint: Savepoint) => void, chosen = {}) => {
    synthesize(chosen, ({ savepoint }) => grant(savepoint));
  };

  it.each([
    ["account", new AccountPrincipal("123456789012"), "123456789012"],
    ["service", new ServicePrincipal("events.amazonaws.com"), "events.amazonaws.com"],
    ["role by its ARN", new ArnPrincipal("arn:aws:iam::1:role/a"), "role/a"],
  ])("to the principal of a %s, which has no policy", (_, principal, name) => {
    const message = new RegExp(`nothing can be granted to .*${name}.*has no policy of its own`);
    for (const grant of ["grantRead", "grantStart", "grantCall"] as const) {
      expect(() => granting((savepoint) => savepoint[grant](principal))).toThrow(message);
    }
  });

  it.each(["grantRead", "grantStart", "grantCall"] as const)(
    "to a role of another account, where that is known: by %s",
    (grant) => {
      const env = { account: "123456789012", region: "eu-central-1" };
      const toRoleOf = (account: string) => () =>
        synthesize({ env }, ({ savepoint }) => {
          const arn = `arn:aws:iam::${account}:role/caller`;
          savepoint[grant](Role.fromRoleArn(savepoint, "Caller", arn));
        });
      expect(toRoleOf(env.account)).not.toThrow();
      expect(toRoleOf("210987654321")).toThrow(
        /nothing can be granted to .*Caller of account 210987654321, since the deployment is in 123456789012/,
      );
    },
  );

  it("to a function that was imported without its role", () => {
    const arn = "arn:aws:lambda:eu-central-1:123456789012:function:mine";
    const grant = (savepoint: Savepoint) =>
      savepoint.grantStart(Function.fromFunctionArn(savepoint, "Mine", arn));
    expect(() => granting(grant)).toThrow(
      "nothing can be granted to what was imported without its role",
    );
  });

  it("to call with a signature, where callers bear tokens", () => {
    const call = (savepoint: Savepoint) => savepoint.grantCall(savepoint.worker);
    expect(() => granting(call)).not.toThrow();
    expect(() => granting(call, { auth: { tokens: true } })).toThrow(
      "grantCall lets nobody in where auth is given",
    );
  });
});

it("a function of the project's own may do what starting runs takes and write its log, and changes no other's rights", () => {
  const entry = "test/infra/fixtures/webhook.ts";
  const { Webhook, Versions, ...others } = rightsOf(
    synthesize({}, ({ savepoint }) => void savepoint.addWorkflowFunction("Webhook", { entry })),
  );
  const log = on("WebhookFunctionLogs", "logs", "CreateLogStream", "PutLogEvents");
  expect(Webhook).toEqual([...START, ...log].toSorted());
  // Its versions are pruned like those of the others.
  const pruned = [
    ...on("WebhookFunction", "lambda", "ListAliases", "ListVersionsByFunction"),
    ...on("WebhookFunction:*", "lambda", "DeleteFunction"),
  ];
  const { Versions: before = [], ...unchanged } = rightsOf(synthesize());
  expect(Versions).toEqual([...before, ...pruned].toSorted());
  expect(others).toEqual(unchanged);
});
