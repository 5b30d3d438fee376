import { createHash, timingSafeEqual } from "node:crypto";
import * as z from "zod";
import type { ReadSecret } from "./secrets.ts";

/** What became of credentials: whose they are, or why they are refused. */
export type Verdict = { readonly principal: string } | { readonly refused: string };

/** Judges the credentials after the word `Bearer`; rejects when it cannot tell. */
export type CheckCredentials = (credentials: string) => Promise<Verdict>;

const tokensSchema = z.object({
  tokens: z.record(z.string().min(1).max(100), z.string().regex(/^[0-9a-f]{64}$/)),
});

/** SHA-256 by the name of each token, hex. */
export type TokenHashes = Readonly<Record<string, string>>;

/**
 * The tokens that a secret names, `{"tokens": {"<name>": "<SHA-256, hex>"}}`.
 * @throws Error that names the places which are wrong, never what is there: it may be a token itself
 */
export function tokenHashes(text: string): TokenHashes {
  const parsed = tokensSchema.safeParse(jsonIn(text));
  if (parsed.success) return parsed.data.tokens;
  const places = parsed.error.issues.map(({ path }) => path.join(".") || "the whole");
  throw new Error(
    `the secret is not {"tokens": {"<name>": "<SHA-256 of the token, 64 digits of lower-case hex>"}}; wrong is ${places.join(", ")}`,
  );
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own error quotes the text.
    return undefined;
  }
}

/** The name of a token; undefined for one that is not among them. All are compared, in constant time. */
export function tokenName(token: string, hashes: TokenHashes): string | undefined {
  const hash = createHash("sha256").update(token).digest();
  return Object.entries(hashes).reduce<string | undefined>(
    (found, [name, hex]) => (timingSafeEqual(hash, Buffer.from(hex, "hex")) ? name : found),
    undefined,
  );
}

/** Judges credentials by the hashes in a secret, which may hold several at a time to be rotated. */
export const checkToken =
  (read: ReadSecret, secretId: string): CheckCredentials =>
  async (credentials) => {
    const name = tokenName(credentials, tokenHashes(await read(secretId)));
    return name === undefined ? { refused: "unknown token" } : { principal: name };
  };
