import { createSecretKey } from "node:crypto";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { checkJwt } from "../../lambda/functions/json-web-token.ts";
import { VirtualClock } from "../../lambda/testing/virtual-clock.ts";

const issuer = "https://issuer.example/tenant/";
const audience = "savepoint";
const clock = new VirtualClock();
const nowS = Math.floor(clock.now() / 1_000);

type Keys = Awaited<ReturnType<typeof generateKeyPair>>;
let mine: Keys;
let theirs: Keys;
beforeAll(async () => {
  [mine, theirs] = await Promise.all([generateKeyPair("ES256"), generateKeyPair("ES256")]);
});

/** An issuer's web server: `answers` go before its usual ones. */
function published(answers: Response[] = []) {
  const asked: string[] = [];
  const fetch = async (input: string | URL | Request): Promise<Response> => {
    const { url } = new Request(input);
    asked.push(url);
    const answer = answers.shift();
    if (answer) return answer;
    if (url === "https://issuer.example/tenant/.well-known/openid-configuration") {
      return Response.json({ issuer, jwks_uri: "https://issuer.example/keys" });
    }
    return Response.json({ keys: [{ ...(await exportJWK(mine.publicKey)), kid: "1" }] });
  };
  return { asked, check: checkJwt({ issuer, audience }, { clock, fetch }) };
}

type Claims = Readonly<Record<string, unknown>>;

const token = async (claims: Claims = {}, key = mine.privateKey): Promise<string> =>
  new SignJWT({ iss: issuer, aud: audience, sub: "someone", exp: nowS + 60, ...claims })
    .setProtectedHeader({ alg: "ES256", kid: "1" })
    .sign(key);

describe("a JSON Web Token", () => {
  it("is taken when the issuer's key has signed it for this audience, and names its subject", async () => {
    const { asked, check } = published();
    expect(await check(await token())).toEqual({ principal: "someone" });
    expect(await check(await token({ aud: ["other", audience] }))).toEqual({
      principal: "someone",
    });
    expect(asked).toEqual([
      "https://issuer.example/tenant/.well-known/openid-configuration",
      "https://issuer.example/keys",
    ]);
  });

  it.each<[string, Claims, string]>([
    ["of another issuer", { iss: "https://other.example" }, "ERR_JWT_CLAIM_VALIDATION_FAILED"],
    ["for another audience", { aud: "other" }, "ERR_JWT_CLAIM_VALIDATION_FAILED"],
    ["without an audience", { aud: undefined }, "ERR_JWT_CLAIM_VALIDATION_FAILED"],
    ["without an end", { exp: undefined }, "ERR_JWT_CLAIM_VALIDATION_FAILED"],
    ["without a subject", { sub: undefined }, "ERR_JWT_CLAIM_VALIDATION_FAILED"],
    ["that is over", { exp: nowS - 6 }, "ERR_JWT_EXPIRED"],
    ["that is not good yet", { nbf: nowS + 6 }, "ERR_JWT_CLAIM_VALIDATION_FAILED"],
  ])("%s is refused", async (_, claims, refused) => {
    expect(await published().check(await token(claims))).toEqual({ refused });
  });

  it("signed by somebody else is refused", async () => {
    const forged = await token({}, theirs.privateKey);
    expect(await published().check(forged)).toEqual({
      refused: "ERR_JWS_SIGNATURE_VERIFICATION_FAILED",
    });
  });

  it("is refused unsigned, and with a signature that whoever checks it could make", async () => {
    const [, payload = ""] = (await token()).split(".");
    const none = Buffer.from('{"alg":"none"}').toString("base64url");
    expect(await published().check(`${none}.${payload}.`)).toHaveProperty("refused");
    const key = createSecretKey(Buffer.from(JSON.stringify(await exportJWK(mine.publicKey))));
    const symmetric = await new SignJWT({ iss: issuer, aud: audience, sub: "a", exp: nowS + 60 })
      .setProtectedHeader({ alg: "HS256", kid: "1" })
      .sign(key);
    expect(await published().check(symmetric)).toEqual({ refused: "ERR_JOSE_ALG_NOT_ALLOWED" });
  });

  it.each(["", "a", "a.b", "a.b.c", "....", `${"a".repeat(8_000)}.b.c`])(
    "that is none, as %.20j, is refused",
    async (text) => {
      expect(await published().check(text)).toHaveProperty("refused");
    },
  );

  it("is neither taken nor refused while the issuer cannot be asked, and is judged after that", async () => {
    const { check } = published([new Response("", { status: 503 })]);
    await expect(check(await token())).rejects.toThrow("answered 503");
    expect(await check(await token())).toEqual({ principal: "someone" });
  });

  it("is not judged by keys that are another issuer's, or come in plain text", async () => {
    const other = { issuer: "https://other.example", jwks_uri: "https://issuer.example/keys" };
    await expect(published([Response.json(other)]).check(await token())).rejects.toThrow(
      'is the configuration of "https://other.example"',
    );
    const plain = { issuer, jwks_uri: "http://issuer.example/keys" };
    await expect(published([Response.json(plain)]).check(await token())).rejects.toThrow(
      "jwks_uri",
    );
  });
});
