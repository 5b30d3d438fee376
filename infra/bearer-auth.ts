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
 * Who may call an API besides those who sign their requests: whoever has one of the tokens whose hashes are
 * in a secret, or a JSON Web Token of an issuer. A decision is remembered for a minute.
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
 * Checks an issuer before anything is deployed.
 * @throws Error that says what is wrong with it
 */
export function assertIssuer({ issuer, audience }: JwtAuth): void {
  if (!isIssuer(issuer)) {
    throw new Error(
      `auth.jwt.issuer is "${issuer}"; give the https URL that its tokens have as their "iss"`,
    );
  }
  if (audience.trim() === "") {
    throw new Error('auth.jwt.audience is empty; give what the tokens have as their "aud"');
  }
}
