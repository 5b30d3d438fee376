import { createHash, createHmac, type Hash, type Hmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import { type Clock, systemClock } from "../core/clock.ts";
import { InvalidArgumentError } from "../core/errors.ts";
import { assertOptions, type OptionNames } from "../core/known-options.ts";

/** A key of AWS. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** How requests are signed. */
export interface SigV4Options {
  /**
   * Region of the API. Default: the one in the host's name, as in
   * `abc.execute-api.eu-central-1.amazonaws.com`, else the environment's AWS_REGION.
   */
  readonly region?: string;
  /** Whose requests they are. Default: who the environment says, as for every AWS SDK. */
  readonly credentials?: Credentials | (() => Promise<Credentials>);
  /** Service that is called. Default: `execute-api`, which is API Gateway. */
  readonly service?: string;
  readonly clock?: Clock;
}

const OPTIONS: OptionNames<SigV4Options> = {
  credentials: true,
  region: true,
  service: true,
  clock: true,
};

/** What a hash or an HMAC is fed with. */
type Data = string | ArrayBuffer | ArrayBufferView;

/**
 * Signs requests with AWS Signature Version 4, as an API behind IAM wants them:
 * `connect({ endpoint, sign: sigV4() })`. For servers: a browser has no business with keys of AWS.
 * @throws InvalidArgumentError for an option that there is not; from the first request, when no region is known
 */
export function sigV4(options: SigV4Options = {}): (request: Request) => Promise<Request> {
  assertOptions("sigV4", options, OPTIONS);
  const { service = "execute-api", clock = systemClock } = options;
  const credentials = options.credentials ?? fromEnvironment();
  return async (request) => {
    const url = new URL(request.url);
    const signer = new SignatureV4({
      service,
      region: options.region ?? regionOf(url.hostname),
      credentials,
      sha256: Sha256,
      // Only S3 wants the hash of the body in a header.
      applyChecksum: false,
    });
    const body = request.body ? await request.clone().text() : undefined;
    const query: Record<string, string[]> = {};
    for (const [name, value] of url.searchParams) (query[name] ??= []).push(value);
    const signed = await signer.sign(
      {
        method: request.method,
        protocol: url.protocol,
        hostname: url.hostname,
        path: url.pathname,
        query,
        headers: { ...Object.fromEntries(request.headers), host: url.host },
        ...(body !== undefined && { body }),
      },
      { signingDate: new Date(clock.now()) },
    );
    const headers = new Headers(signed.headers);
    // The platform sets it by itself, to the same.
    headers.delete("host");
    return new Request(request, { headers });
  };
}

/** Loaded when it is needed, and asked again when the keys are about to expire. */
function fromEnvironment(): () => Promise<Credentials> {
  let provider: (() => Promise<Credentials>) | undefined;
  return async () => {
    if (!provider) {
      const { defaultProvider } = await import("@aws-sdk/credential-provider-node");
      provider = defaultProvider();
    }
    return provider();
  };
}

function regionOf(hostname: string): string {
  const [, named] = /\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/.exec(hostname) ?? [];
  const region = named ?? process.env["AWS_REGION"];
  if (region) return region;
  throw new InvalidArgumentError(
    `the region of "${hostname}" is not known; set AWS_REGION, or give sigV4({ region })`,
  );
}

/** SHA-256 as the signer wants it, plain or with a key. */
class Sha256 {
  readonly #secret: Data | undefined;
  #hash: Hash | Hmac;

  constructor(secret?: Data) {
    this.#secret = secret;
    this.#hash = this.#fresh();
  }

  update(data: Data): void {
    this.#hash.update(bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    this.#hash = this.#fresh();
  }

  #fresh(): Hash | Hmac {
    const secret = this.#secret;
    return secret === undefined ? createHash("sha256") : createHmac("sha256", bytesOf(secret));
  }
}

function bytesOf(data: Data): Uint8Array {
  if (typeof data === "string") return Buffer.from(data, "utf8");
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
