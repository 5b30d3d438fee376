import { Token } from "aws-cdk-lib";

/** What may be chosen about the API. */
export interface ApiChoices {
  /** Requests a second that the whole API takes, and how many at once above that. */
  readonly requestsPerSecond: number;
  readonly requestsBurst: number;
  /** Origins whose pages may call it. */
  readonly corsOrigins: readonly string[];
}

/** Browsers send no more of a page's address than this (Fetch Standard, "`Origin` header"). */
const ORIGIN =
  /^(https:\/\/([a-z0-9.-]+|\[[0-9a-f:]+\])|http:\/\/(([a-z0-9-]+\.)*localhost|127\.0\.0\.1|\[::1\]))(:\d+)?$/;

/**
 * Checks choices before anything is deployed. What CloudFormation only knows later is not looked at.
 * @throws Error that says what is wrong, with the value
 */
export function assertApiChoices(choices: ApiChoices): void {
  const { requestsPerSecond, requestsBurst, corsOrigins } = choices;
  if (
    isKnown(requestsPerSecond) &&
    !(requestsPerSecond > 0 && Number.isFinite(requestsPerSecond))
  ) {
    throw new Error(`requestsPerSecond is ${requestsPerSecond}; give a number above 0`);
  }
  if (isKnown(requestsBurst) && !(requestsBurst > 0 && Number.isInteger(requestsBurst))) {
    throw new Error(`requestsBurst is ${requestsBurst}; give a whole number above 0`);
  }
  for (const origin of corsOrigins.filter(isKnown)) {
    if (isOrigin(origin)) continue;
    throw new Error(
      `corsOrigins has "${origin}"; give each origin as browsers send it, such as https://app.example.com or http://localhost:5173: no path, no "/" at its end, no wildcard, no default port, and http for the own machine alone`,
    );
  }
}

const isKnown = (value: unknown): boolean => !Token.isUnresolved(value);

const isOrigin = (text: string): boolean =>
  ORIGIN.test(text) && URL.canParse(text) && new URL(text).origin === text;
