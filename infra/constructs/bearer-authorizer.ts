import { Duration, RemovalPolicy, SecretValue } from "aws-cdk-lib";
import { TokenAuthorizer } from "aws-cdk-lib/aws-apigateway";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import { ENV } from "../../lambda/core/environment.ts";
import { moduleFile } from "../../localstack/embedded/module-file.ts";
import { assertBearerAuth, type BearerAuth } from "../bearer-auth.ts";
import { acceptFindings } from "./accepted-findings.ts";
import { LiveFunction } from "./live-function.ts";

/** What an authorizer is made of. */
export interface BearerAuthorizerProps {
  readonly auth: BearerAuth;
  /** Folder of the authorizer's bundle; `index.mjs` exports `handler`. */
  readonly directory: string;
  /** How long its log is kept. */
  readonly logRetention?: RetentionDays;
  /** What becomes of the secret of tokens when the construct is deleted. */
  readonly removalPolicy?: RemovalPolicy;
}

/** What the authorizer is bundled from: TypeScript in the repository, compiled in the package. */
export const AUTHORIZER_ENTRY = moduleFile("../../lambda/functions/authorizer", import.meta.url);

/** How long API Gateway remembers a decision; so long a revoked token may still be good. */
const REMEMBERED = Duration.seconds(60);
/** API Gateway answers 401 to any other header without a call. */
const HEADER = "^[Bb][Ee][Aa][Rr][Ee][Rr] [A-Za-z0-9._~+/=-]+$";

/**
 * Lets requests in by a bearer token in the header `Authorization`. The one function of it knows nothing of
 * runs: it may read the secret of tokens, if there is one, and write its log.
 */
export class BearerAuthorizer extends Construct {
  readonly authorizer: TokenAuthorizer;
  /** What decides. */
  readonly function: LiveFunction;
  /** Hashes of the tokens; there only when tokens are taken. It begins with none. */
  readonly tokens: Secret | undefined;

  /** @throws Error when it cannot be told who is to be let in */
  constructor(scope: Construct, id: string, props: BearerAuthorizerProps) {
    super(scope, id);
    const { auth, directory, logRetention = RetentionDays.ONE_MONTH } = props;
    assertBearerAuth(auth);
    this.tokens = auth.tokens ? this.makeTokens(props.removalPolicy) : undefined;
    // Its parts belong to this construct: "Default" is left out of their ids.
    this.function = new LiveFunction(this, "Default", {
      directory,
      timeout: Duration.seconds(15),
      memoryMb: 256,
      environment: environmentOf(auth, this.tokens),
      logRetention,
    });
    if (this.tokens) this.function.role.addToPolicy(readSecret(this.tokens.secretArn));
    this.authorizer = new TokenAuthorizer(this, "Authorizer", {
      handler: this.function.alias,
      resultsCacheTtl: REMEMBERED,
      validationRegex: HEADER,
    });
  }

  /** What is in the template is a list of no tokens; a deployment never touches what is put there later. */
  private makeTokens(removalPolicy = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE): Secret {
    const tokens = new Secret(this, "Tokens", {
      description: 'Bearer tokens of the Savepoint API: {"tokens": {"<name>": "<SHA-256, hex>"}}',
      secretStringValue: SecretValue.unsafePlainText('{"tokens":{}}'),
      removalPolicy,
    });
    acceptFindings(tokens, {
      SMG4: "the secret holds hashes; who has a token makes and revokes it, no timer can",
    });
    return tokens;
  }
}

/** The right to read one secret. */
export const readSecret = (secretArn: string): PolicyStatement =>
  new PolicyStatement({ actions: ["secretsmanager:GetSecretValue"], resources: [secretArn] });

function environmentOf(auth: BearerAuth, tokens: Secret | undefined): Record<string, string> {
  if (tokens) return { [ENV.tokensSecret]: tokens.secretArn };
  const { issuer = "", audience = "" } = auth.jwt ?? {};
  return { [ENV.jwtIssuer]: issuer, [ENV.jwtAudience]: audience };
}
