import type { APIGatewayAuthorizerResult, APIGatewayTokenAuthorizerEvent } from "aws-lambda";
import type { Clock } from "../core/clock.ts";
import { ENV } from "../core/environment.ts";
import { InvalidArgumentError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { checkToken, type CheckCredentials } from "./bearer-token.ts";
import { checkJwt } from "./json-web-token.ts";
import type { ReadSecret } from "./secrets.ts";

/** The handler of a Lambda authorizer. */
export type Authorizer = (
  event: APIGatewayTokenAuthorizerEvent,
) => Promise<APIGatewayAuthorizerResult>;

/** API Gateway refuses another form by itself, without calling; here it is refused again. */
const BEARER = /^bearer ([\w.~+/=-]+)$/i;
/** Longer credentials are not looked at: API Gateway takes 10,240 bytes of headers in all. */
const CREDENTIALS_MAX = 8_192;

/**
 * Makes the authorizer of an API. It refuses by a policy rather than by an error, so that wrong
 * credentials are remembered like right ones and count as no failure of the function's.
 * @param check judges what comes after the word `Bearer`
 */
export function createAuthorizer(check: CheckCredentials, log: Log): Authorizer {
  return async ({ authorizationToken, methodArn }) => {
    const [, credentials = ""] = BEARER.exec(authorizationToken ?? "") ?? [];
    const isShaped = credentials !== "" && credentials.length <= CREDENTIALS_MAX;
    const verdict = isShaped ? await check(credentials) : { refused: "no bearer token" };
    if ("principal" in verdict) return decision(verdict.principal, "Allow", methodArn);
    log.info("refused credentials", { reason: verdict.refused });
    return decision("nobody", "Deny", methodArn);
  };
}

/** For every method of the stage: the decision is remembered by the credentials alone. */
function decision(
  principalId: string,
  effect: "Allow" | "Deny",
  methodArn: string,
): APIGatewayAuthorizerResult {
  const [api, stage] = methodArn.split("/");
  const statement = {
    Action: "execute-api:Invoke",
    Effect: effect,
    Resource: `${api}/${stage}/*`,
  };
  return { principalId, policyDocument: { Version: "2012-10-17", Statement: [statement] } };
}

/**
 * How a function of this environment judges credentials: by a secret's tokens, or by an issuer's keys.
 * @throws InvalidArgumentError unless the environment names exactly one of them
 */
export function credentialsCheck(
  environment: Readonly<Record<string, string | undefined>>,
  dependencies: {
    readonly read: ReadSecret;
    readonly clock: Clock;
    readonly fetch: typeof fetch;
  },
): CheckCredentials {
  const secretId = environment[ENV.tokensSecret];
  const issuer = environment[ENV.jwtIssuer];
  const audience = environment[ENV.jwtAudience];
  if (secretId && !issuer && !audience) return checkToken(dependencies.read, secretId);
  if (issuer && audience && !secretId) return checkJwt({ issuer, audience }, dependencies);
  throw new InvalidArgumentError(
    `the environment must have ${ENV.tokensSecret}, or ${ENV.jwtIssuer} and ${ENV.jwtAudience}, and not both`,
  );
}
