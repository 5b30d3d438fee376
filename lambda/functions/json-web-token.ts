import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey, jwtVerify } from "jose";
import * as z from "zod";
import type { Clock } from "../core/clock.ts";
import type { CheckCredentials } from "./bearer-token.ts";

/** Whose JSON Web Tokens are taken. */
export interface JwtIssuer {
  /** Claim `iss`, and where `/.well-known/openid-configuration` is. */
  readonly issuer: string;
  /** What the claim `aud` must be, or hold. */
  readonly audience: string;
}

/** What tokens are judged with. */
export interface JwtDependencies {
  readonly clock: Clock;
  readonly fetch: typeof fetch;
}

/** Signatures with a public key; with a shared secret, whoever can check a token could make one. */
const ALGORITHMS = "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA".split(" ");
const CLOCK_TOLERANCE_S = 5;
const FETCH_TIMEOUT_MS = 3_000;

/** What is wrong with the token itself; any other error is the issuer's or ours. */
const REFUSALS: ReadonlySet<string> = new Set([
  errors.JWTExpired.code,
  errors.JWTClaimValidationFailed.code,
  errors.JWTInvalid.code,
  errors.JWSInvalid.code,
  errors.JWSSignatureVerificationFailed.code,
  errors.JOSEAlgNotAllowed.code,
  errors.JOSENotSupported.code,
  errors.JWKSNoMatchingKey.code,
  errors.JWKSMultipleMatchingKeys.code,
]);

const discovered = z.object({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https$/ }) });

/**
 * Judges JSON Web Tokens: signature by the issuer's published keys, `iss`, `aud`, `exp`, `nbf`; the
 * principal is `sub`. The keys are found by OpenID Connect discovery at the first token.
 */
export function checkJwt(
  { issuer, audience }: JwtIssuer,
  { clock, fetch }: JwtDependencies,
): CheckCredentials {
  let finding: Promise<JWTVerifyGetKey> | undefined;
  const keys = async (): Promise<JWTVerifyGetKey> => {
    finding ??= keysOf(issuer, fetch);
    try {
      return await finding;
    } catch (error) {
      finding = undefined;
      throw error;
    }
  };
  return async (credentials) => {
    const publicKeys = await keys();
    try {
      const { payload } = await jwtVerify(credentials, publicKeys, {
        issuer,
        audience,
        algorithms: ALGORITHMS,
        requiredClaims: ["exp", "sub"],
        clockTolerance: CLOCK_TOLERANCE_S,
        currentDate: new Date(clock.now()),
      });
      return { principal: String(payload.sub) };
    } catch (error) {
      if (error instanceof errors.JOSEError && REFUSALS.has(error.code)) {
        return { refused: error.code };
      }
      throw error;
    }
  };
}

/** Where an issuer publishes its keys (OpenID Connect Discovery 1.0, section 4). */
async function keysOf(issuer: string, fetch: JwtDependencies["fetch"]): Promise<JWTVerifyGetKey> {
  const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const response = await fetch(url, {
    redirect: "error",
    signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const found = discovered.parse(await response.json());
  if (found.issuer !== issuer) {
    throw new Error(`${url} is the configuration of "${found.issuer}", not of "${issuer}"`);
  }
  return createRemoteJWKSet(new URL(found.jwks_uri), {
    timeoutDuration: FETCH_TIMEOUT_MS,
    [customFetch]: fetch,
  });
}
