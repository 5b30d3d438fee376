import { Token } from "aws-cdk-lib";

/** Whose JSON Web Tokens an API takes. */
export interface JwtAuth {
  /**
   * The claim `iss`, an https URL. Its public keys are found by OpenID Connect discovery, at
   * `<issuer>/.well-known/openid-configuration`.
   */
  readonly issuer: string;
  /** What the claim `aud` must be, or hold. */
  readonly audience: string;
}

/**
 * Who may call an API instead of those who sign their requests, whose signatures it then does not take: whoever
 * has one of the tokens whose hashes are in a secret, or a JSON Web Token of an issuer. A decision is remembered
 * for a minute.
 */
export type BearerAuth =
  | { readonly tokens: true; readonly jwt?: never }
  | { readonly jwt: JwtAuth; readonly tokens?: never };

/** Whether this is an https URL such as tokens have as their `iss`. */
export function isIssuer(issuer: string): boolean {
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined;
  return url?.protocol === "https:" && url.search === "" && url.hash === "" && url.username === "";
}

/**
 * Checks who is to be let in before anything is deployed.
 * @throws Error that says what is wrong; it shows no tokens
 */
export function assertBearerAuth(auth: BearerAuth): void {
  const { tokens, jwt }: { readonly tokens?: unknown; readonly jwt?: JwtAuth } = auth;
  const isOne = jwt === undefined ? tokens === true : tokens === undefined;
  if (!isOne) {
    const has = jwt === undefined ? "neither tokens: true nor jwt" : "both tokens and jwt";
    throw new Error(
      `auth has ${has}; give { tokens: true } or { jwt: { issuer, audience } }, or leave auth out to have requests signed`,
    );
  }
  if (jwt) assertIssuer(jwt);
}

function assertIssuer({ issuer, audience }: JwtAuth): void {
  // That of a user pool of the same stack is known to CloudFormation alone.
  if (!Token.isUnresolved(issuer) && !isIssuer(issuer)) {
    throw new Error(
      `auth.jwt.issuer is "${issuer}"; give the https URL that its tokens have as their "iss"`,
    );
  }
  if (audience.trim() === "") {
    throw new Error('auth.jwt.audience is empty; give what the tokens have as their "aud"');
  }
}
