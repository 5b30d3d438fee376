import { Key } from "aws-cdk-lib/aws-kms";
import { type ISecret, Secret } from "aws-cdk-lib/aws-secretsmanager";
import { App, Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";
import { Savepoint, type SavepointProps } from "../../infra/index.ts";
import { standInBundles, synthesize } from "./synthesize.ts";

const ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:openai-AbCdEf";
const tokens = synthesize({ auth: { tokens: true } });
const jwt = synthesize({ auth: { jwt: { issuer: "https://issuer.example", audience: "mine" } } });

/** Whether each method of an API is open, by its name and authorization. */
const methods = (resources: typeof tokens): unknown[] =>
  Object.values(resources.all("AWS::ApiGateway::Method"))
    .map(({ Properties: { HttpMethod, AuthorizationType } }) =>
      JSON.stringify([HttpMethod, AuthorizationType]),
    )
    .toSorted();

const custom = '["ANY","CUSTOM"]';

describe("who may call the API", () => {
  it("is decided by one authorizer for every method, where tokens are taken", () => {
    for (const resources of [tokens, jwt]) {
      expect(methods(resources)).toEqual([custom, custom]);
      expect(Object.keys(resources.all("AWS::ApiGateway::Authorizer"))).toHaveLength(1);
    }
  });

  it("is not decided for the token route alone, when that is opened", () => {
    const open = synthesize({ auth: { tokens: true }, publicTokens: true });
    expect(methods(open)).toEqual([custom, custom, '["POST","NONE"]']);
  });

  it("is not decided for what browsers ask before a request, which does nothing", () => {
    const asked = synthesize({ auth: { tokens: true }, corsOrigins: ["https://app.example"] });
    expect(methods(asked)).toEqual([custom, custom, '["OPTIONS","NONE"]', '["OPTIONS","NONE"]']);
    for (const { Properties } of Object.values(asked.all("AWS::ApiGateway::Method"))) {
      if (Properties["HttpMethod"] !== "OPTIONS") continue;
      expect(Properties["Integration"]).toMatchObject({ Type: "MOCK" });
    }
    expect(asked.one("AWS::Lambda::Function", "ApiHandler").Properties).toMatchObject({
      Environment: { Variables: { SAVEPOINT_CORS_ORIGINS: "https://app.example" } },
    });
  });

  it("needs a secret only where tokens are taken", () => {
    expect(Object.keys(tokens.all("AWS::SecretsManager::Secret"))).toHaveLength(1);
    expect(jwt.all("AWS::SecretsManager::Secret")).toEqual({});
    expect(synthesize().all("AWS::SecretsManager::Secret")).toEqual({});
  });
});

/** Statements of the worker's role about secrets and keys. */
function secretRights(props: (stack: Stack) => Partial<SavepointProps>): unknown[] {
  const stack = new Stack(new App(), "Mine");
  const chosen = { workflows: standInBundles(), ...props(stack) };
  const made = Stack.of(new Savepoint(stack, "Savepoint", chosen));
  return Object.values(Template.fromStack(made).findResources("AWS::IAM::Policy"))
    .flatMap(
      ({ Properties }) =>
        (Properties as { PolicyDocument: { Statement: { Action: string | string[] }[] } })
          .PolicyDocument.Statement,
    )
    .filter(({ Action }) => /secretsmanager|kms/.test(String(Action)));
}

const known = (stack: Stack) => Secret.fromSecretCompleteArn(stack, "OpenAi", ARN);

describe("the key for OpenAI", () => {
  const variables = (props: Parameters<typeof synthesize>[0], name: string): unknown =>
    synthesize(props).one("AWS::Lambda::Function", name).Properties["Environment"];

  it("is a secret that the worker is told of and may read, and nobody else", () => {
    expect(secretRights((stack) => ({ openAiSecret: known(stack) }))).toEqual([
      { Action: "secretsmanager:GetSecretValue", Effect: "Allow", Resource: ARN },
    ]);
    const told = { Variables: { SAVEPOINT_OPENAI_SECRET: ARN } };
    expect(variables({ openAiSecretArn: ARN }, "Worker")).toMatchObject(told);
    for (const other of ["ApiHandler", "Sweeper"]) {
      expect(JSON.stringify(variables({ openAiSecretArn: ARN }, other))).not.toContain("OPENAI");
    }
  });

  it("is of no concern to any function unless a secret is given", () => {
    expect(secretRights(() => ({}))).toEqual([]);
    expect(JSON.stringify(variables({}, "Worker"))).not.toContain("OPENAI");
  });

  it("can be a secret of the stack, with a key of its own to decrypt it", () => {
    const rights = secretRights((stack) => ({
      openAiSecret: new Secret(stack, "OpenAi", {
        encryptionKey: new Key(stack, "Key"),
      }) as ISecret,
    }));
    expect(rights).toMatchObject([
      { Action: "secretsmanager:GetSecretValue", Resource: { Ref: expect.any(String) } },
      { Action: "kms:Decrypt" },
    ]);
  });

  it("is not given by a name or the beginning of an ARN, which only a wildcard could allow", () => {
    const named = (stack: Stack) => Secret.fromSecretNameV2(stack, "OpenAi", "openai");
    const cut = (stack: Stack) => Secret.fromSecretPartialArn(stack, "OpenAi", ARN.slice(0, -7));
    for (const incomplete of [named, cut]) {
      expect(() => secretRights((stack) => ({ openAiSecret: incomplete(stack) }))).toThrow(
        'openAiSecret is "openai" without the end of its ARN',
      );
    }
  });

  it("is refused in the environment, without being shown", () => {
    const environment = { OPENAI_API_KEY: "sk-1" };
    expect(() => synthesize({ environment })).toThrow("put the key into a secret");
    expect(() => synthesize({ environment })).not.toThrow("sk-1");
  });
});
