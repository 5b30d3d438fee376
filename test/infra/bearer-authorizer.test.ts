import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, Fn, Stack } from "aws-cdk-lib";
import { AuthorizationType, MockIntegration, RestApi } from "aws-cdk-lib/aws-apigateway";
import { Template } from "aws-cdk-lib/assertions";
import { afterAll, describe, expect, it } from "vitest";
import type { BearerAuth } from "../../infra/bearer-auth.ts";
import { AUTHORIZER_ENTRY, BearerAuthorizer } from "../../infra/constructs/bearer-authorizer.ts";
import { addGatewayResponses } from "../../infra/constructs/gateway-responses.ts";
import { bundleFunctionSync } from "../../localstack/embedded/bundle.ts";

const scratch = mkdtempSync(join(tmpdir(), "savepoint-authorizer-"));
afterAll(() => rmSync(scratch, { recursive: true }));
const { directory, metafile } = bundleFunctionSync(AUTHORIZER_ENTRY, join(scratch, "bundle"));

function synthesized(auth: BearerAuth): Template {
  const stack = new Stack(new App({ outdir: join(scratch, "cdk.out") }), "Test");
  const { authorizer } = new BearerAuthorizer(stack, "Auth", { auth, directory });
  const restApi = new RestApi(stack, "Api", {
    cloudWatchRole: false,
    defaultMethodOptions: { authorizer, authorizationType: AuthorizationType.CUSTOM },
  });
  restApi.root.addMethod("GET", new MockIntegration());
  addGatewayResponses(restApi, [], false);
  return Template.fromStack(stack);
}

const jwt = { issuer: "https://issuer.example", audience: "savepoint" };

interface Resource {
  readonly DeletionPolicy?: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

const all = (template: Template, type: string): Resource[] =>
  Object.values(template.findResources(type)) as Resource[];

function one(template: Template, type: string): Resource {
  const [first, ...others] = all(template, type);
  if (!first || others.length > 0) throw new Error(`there is not exactly one ${type}`);
  return first;
}

interface PolicyDocument {
  readonly Statement: readonly {
    readonly Action: string | readonly string[];
    readonly Resource: unknown;
  }[];
}

/** What the role of the function may do, by action. */
function allowed(template: Template): Record<string, unknown> {
  const { PolicyDocument } = one(template, "AWS::IAM::Policy").Properties;
  return Object.fromEntries(
    (PolicyDocument as PolicyDocument).Statement.flatMap(({ Action, Resource }) =>
      [Action].flat().map((action) => [action, Resource] as const),
    ),
  );
}

const logicalId = (start: string): unknown => expect.stringMatching(new RegExp(`^${start}`));

describe("access by bearer token", () => {
  const template = synthesized({ tokens: true });

  it("is decided by one function, remembered for a minute, and asked for nothing that is no token", () => {
    const { Properties } = one(template, "AWS::ApiGateway::Authorizer");
    expect(Properties).toMatchObject({
      Type: "TOKEN",
      IdentitySource: "method.request.header.Authorization",
      AuthorizerResultTtlInSeconds: 60,
    });
    expect(one(template, "AWS::ApiGateway::Method").Properties).toMatchObject({
      AuthorizationType: "CUSTOM",
      AuthorizerId: { Ref: logicalId("AuthAuthorizer") },
    });
    const form = new RegExp(String(Properties["IdentityValidationExpression"]));
    expect(["Bearer a.b-c_d~e+f/g==", "bearer a", "BEARER a"].every((it) => form.test(it))).toBe(
      true,
    );
    for (const other of ["", "a", "Basic a", "Bearer", "Bearer ", "Bearer a b", "Bearer a\n"]) {
      expect(form.test(other), other).toBe(false);
    }
  });

  it("begins with no token, in a secret that outlives the stack", () => {
    expect(one(template, "AWS::SecretsManager::Secret")).toMatchObject({
      DeletionPolicy: "RetainExceptOnCreate",
      Properties: { SecretString: '{"tokens":{}}' },
    });
  });

  it("may read that secret and write its log, and nothing else", () => {
    const secret = Object.keys(template.findResources("AWS::SecretsManager::Secret"))[0];
    const rights = allowed(template);
    expect(Object.keys(rights).toSorted()).toEqual([
      "logs:CreateLogStream",
      "logs:PutLogEvents",
      "secretsmanager:GetSecretValue",
    ]);
    expect(rights["secretsmanager:GetSecretValue"]).toEqual({ Ref: secret });
    expect(JSON.stringify(rights)).not.toContain('"*"');
  });

  it("has the name of the secret in its environment, and no secret", () => {
    expect(one(template, "AWS::Lambda::Function").Properties).toMatchObject({
      Runtime: "nodejs24.x",
      Architectures: ["arm64"],
    });
    expect(one(template, "AWS::Lambda::Function").Properties["Environment"]).toEqual({
      Variables: {
        NODE_OPTIONS: "--enable-source-maps",
        SAVEPOINT_TOKENS_SECRET: { Ref: logicalId("AuthTokens") },
      },
    });
  });

  it("is called under its alias, and by this API only", () => {
    expect(one(template, "AWS::Lambda::Alias").Properties).toMatchObject({ Name: "live" });
    const { Properties } = one(template, "AWS::Lambda::Permission");
    expect(Properties).toMatchObject({
      FunctionName: { Ref: logicalId("AuthLive") },
      Principal: "apigateway.amazonaws.com",
    });
    const authorizers = "/authorizers/";
    expect(JSON.stringify(Properties["SourceArn"])).toContain(authorizers);
  });
});

describe("access by an issuer's JSON Web Tokens", () => {
  it("needs no secret, and no right but to write the log", () => {
    const template = synthesized({ jwt });
    expect(all(template, "AWS::SecretsManager::Secret")).toEqual([]);
    expect(Object.keys(allowed(template)).toSorted()).toEqual([
      "logs:CreateLogStream",
      "logs:PutLogEvents",
    ]);
    expect(one(template, "AWS::Lambda::Function").Properties["Environment"]).toEqual({
      Variables: {
        NODE_OPTIONS: "--enable-source-maps",
        SAVEPOINT_JWT_ISSUER: "https://issuer.example",
        SAVEPOINT_JWT_AUDIENCE: "savepoint",
      },
    });
  });

  it.each([
    [{ ...jwt, issuer: "http://issuer.example" }, 'issuer is "http://issuer.example"'],
    [{ ...jwt, issuer: "issuer.example" }, 'issuer is "issuer.example"'],
    [{ ...jwt, issuer: "https://issuer.example/?a=b" }, "give the https URL"],
    [{ ...jwt, audience: " " }, "audience is empty"],
  ])("is refused for %j", (wrong, reason) => {
    expect(() => synthesized({ jwt: wrong })).toThrow(reason);
  });
});

it("an issuer can be one that only CloudFormation knows, such as a user pool of the stack", () => {
  const issuer = Fn.importValue("Issuer");
  const { Properties } = one(synthesized({ jwt: { ...jwt, issuer } }), "AWS::Lambda::Function");
  expect(Properties["Environment"]).toMatchObject({
    Variables: { SAVEPOINT_JWT_ISSUER: { "Fn::ImportValue": "Issuer" } },
  });
});

describe("a choice of who is let in", () => {
  it.each([
    ["names nobody", {}, "auth has neither tokens: true nor jwt; give { tokens: true } or"],
    ["says that tokens are not taken", { tokens: false }, "auth has neither tokens: true nor jwt"],
    ["names two kinds", { tokens: true, jwt }, "auth has both tokens and jwt; give"],
  ])("is refused when it %s", (_, auth, reason) => {
    expect(() => synthesized(auth as BearerAuth)).toThrow(reason);
  });

  it("is refused, without being shown, when it has the tokens themselves", () => {
    const auth = { tokens: ["abc123"] } as unknown as BearerAuth;
    expect(() => synthesized(auth)).toThrow("auth has neither tokens: true nor jwt");
    expect(() => synthesized(auth)).not.toThrow("abc123");
  });
});

describe("the authorizer's code", () => {
  it("is its own: neither engine, nor workflows, nor other services' clients", () => {
    const inputs = Object.keys(metafile.inputs);
    expect(inputs.filter((path) => path.includes("/jose/")).length).toBeGreaterThan(0);
    expect(inputs.filter((path) => /lambda\/(engine|store|client|agent)\//.test(path))).toEqual([]);
    expect(inputs.filter((path) => /client-(dynamodb|sqs)/.test(path))).toEqual([]);
  });
});
