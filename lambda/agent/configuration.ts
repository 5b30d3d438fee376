import { type ReadSecret, secret, TerminalError } from "../index.ts";
import type { Corpus } from "./input.ts";

/** The environment variables the agent reads, and nothing else does it take from its surroundings. */
export const VARIABLES = {
  /** Base URL of the Hacker News search API. Default: the public one. */
  hnUrl: "SAVEPOINT_HN_URL",
  /** Base URL of the sample corpus. No default: deployed code has none. */
  sampleHnUrl: "SAVEPOINT_SAMPLE_HN_URL",
  /** ARN of the secret that is the key of the OpenAI API: how a deployment gets it. */
  openaiSecret: "SAVEPOINT_OPENAI_SECRET",
  /** Key of the OpenAI API, on one's own machine. A key is needed unless a base URL is set. */
  openaiKey: "OPENAI_API_KEY",
  /** Base URL of an OpenAI-compatible server. Default: OpenAI's own. */
  openaiBaseUrl: "OPENAI_BASE_URL",
} as const;

/** Variables by name, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where a corpus is searched, and where a reader finds its items. */
export interface Endpoint {
  readonly corpus: Corpus;
  /** Base URL of the search API, without a slash at the end. */
  readonly api: string;
  /** What an item's id is appended to for a link to it. */
  readonly itemUrl: string;
}

/** How the OpenAI API, or a server compatible with it, is reached. */
export interface OpenAiAccess {
  readonly apiKey: string;
  readonly baseURL: string;
  /** Reads the key anew after it was refused, since it may have been rotated; absent where no secret holds it. */
  readonly renewedKey?: () => Promise<string>;
}

/** The real Hacker News, whose search is run by Algolia. */
const LIVE = {
  api: "https://hn.algolia.com/api/v1",
  itemUrl: "https://news.ycombinator.com/item?id=",
};
const OPENAI = "https://api.openai.com/v1";
/** What a server that wants no key is sent in its place. */
export const NO_KEY = "none";

/**
 * Where a corpus is. Called inside steps only, so that a replay never sees another environment.
 * @throws TerminalError when the sample corpus is asked for and none is configured, or a URL is none
 */
export function endpointOf(corpus: Corpus, environment: Environment = process.env): Endpoint {
  if (corpus === "live") {
    const api = urlIn(environment, VARIABLES.hnUrl) ?? LIVE.api;
    return { corpus, api, itemUrl: LIVE.itemUrl };
  }
  const api = urlIn(environment, VARIABLES.sampleHnUrl);
  if (api === undefined) {
    throw new TerminalError(
      `corpus "sample" was asked for, but ${VARIABLES.sampleHnUrl} is not set; start the run on the embedded stack, which sets it, or give corpus "live"`,
    );
  }
  return { corpus, api, itemUrl: `${new URL(api).origin}/item?id=` };
}

/**
 * How OpenAI is reached. A server of one's own often wants no key; it is sent the word `none`.
 * @throws TerminalError when there is neither a key nor a base URL, or the URL is none; Error that names the
 * secret when the key cannot be read from it
 */
export async function openAiAccess(
  environment: Environment = process.env,
  read: ReadSecret = secret,
): Promise<OpenAiAccess> {
  const secretId = nonEmpty(environment[VARIABLES.openaiSecret]);
  const given = secretId === undefined ? environment[VARIABLES.openaiKey] : await read(secretId);
  const apiKey = nonEmpty(given);
  const baseURL = urlIn(environment, VARIABLES.openaiBaseUrl);
  if (apiKey === undefined && baseURL === undefined) {
    throw new TerminalError(
      `the input names an OpenAI model, but none of ${VARIABLES.openaiSecret}, ${VARIABLES.openaiKey} and ${VARIABLES.openaiBaseUrl} is set; set one, or give model {"kind": "extractive"}`,
    );
  }
  const access = { apiKey: apiKey ?? NO_KEY, baseURL: baseURL ?? OPENAI };
  if (secretId === undefined || given === undefined) return access;
  const renewedKey = async () => nonEmpty(await read(secretId, { refused: given })) ?? NO_KEY;
  return { ...access, renewedKey };
}

function urlIn(environment: Environment, name: string): string | undefined {
  const value = nonEmpty(environment[name]);
  if (value === undefined) return undefined;
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) {
    throw new TerminalError(`${name} is "${value}"; it must be an http or https URL`);
  }
  return value.replace(/\/+$/, "");
}

const nonEmpty = (value: string | undefined): string | undefined =>
  value === undefined || value.trim() === "" ? undefined : value.trim();
