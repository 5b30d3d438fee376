import { type Clock, systemClock } from "../core/clock.ts";

/**
 * Gives the text of a secret by its ARN or name; with `refused`, a text of it that a service has refused, one that
 * was kept is read anew if it is that one.
 */
export type ReadSecret = (id: string, options?: { readonly refused?: string }) => Promise<string>;

/** What a reader of secrets is made of. */
export interface SecretReaderOptions {
  /** Fetches a secret's text; undefined for one that is binary. */
  readonly fetch: (id: string) => Promise<string | undefined>;
  readonly clock: Clock;
  /** How long a text is kept, milliseconds. Default: 5 minutes. */
  readonly keepMs?: number;
}

interface Kept {
  readonly until: number;
  readonly text: Promise<string>;
}

const KEEP_MS = 5 * 60_000;

/**
 * Makes a reader that keeps what it has read for a while; failures it forgets at once. Its errors name
 * the secret and never have its text.
 */
export function createSecretReader(options: SecretReaderOptions): ReadSecret {
  const { fetch, clock, keepMs = KEEP_MS } = options;
  const kept = new Map<string, Kept>();
  const forget = async (id: string, refused: string): Promise<void> => {
    const known = kept.get(id);
    // Of several who were refused at the same time, one forgets it.
    if (known && (await known.text) === refused && kept.get(id) === known) kept.delete(id);
  };
  return async (id, { refused } = {}) => {
    if (refused !== undefined) await forget(id, refused);
    const known = kept.get(id);
    if (known && clock.monotonic() < known.until) return known.text;
    const reading = { until: clock.monotonic() + keepMs, text: fetched(id, fetch) };
    kept.set(id, reading);
    try {
      return await reading.text;
    } catch (error) {
      if (kept.get(id) === reading) kept.delete(id);
      throw error;
    }
  };
}

async function fetched(id: string, fetch: SecretReaderOptions["fetch"]): Promise<string> {
  const text = await fetch(id).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.name : "no error at all";
    throw new Error(`the secret ${id} cannot be read: ${reason}`, { cause });
  });
  if (text === undefined || text === "") {
    throw new Error(`the secret ${id} holds no text; put it there as a string`);
  }
  return text;
}

/** Loaded when the first secret is read: most deployments read none. */
async function fetchFromSecretsManager(id: string): Promise<string | undefined> {
  const { GetSecretValueCommand, SecretsManagerClient } =
    await import("@aws-sdk/client-secrets-manager");
  const client = new SecretsManagerClient({
    maxAttempts: 3,
    requestHandler: {
      connectionTimeout: 2_000,
      requestTimeout: 5_000,
      throwOnRequestTimeout: true,
    },
  });
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: id }));
    return SecretString;
  } finally {
    client.destroy();
  }
}

/** A reader of AWS Secrets Manager, with region and credentials of the environment. */
export const secretsManager = (keepMs?: number): ReadSecret =>
  createSecretReader({
    fetch: fetchFromSecretsManager,
    clock: systemClock,
    ...(keepMs !== undefined && { keepMs }),
  });

/**
 * The text of a secret in AWS Secrets Manager, for steps that call with a key. It is read at most once in five
 * minutes, so a rotated one is known after that; at once by who says which text was refused, as
 * `await secret(id, { refused: key })` after a 401. Never return it from a step: what a step returns is recorded.
 * @param id ARN or name of the secret
 * @throws Error that names the secret, when it cannot be read or holds no text
 */
export const secret: ReadSecret = secretsManager();
