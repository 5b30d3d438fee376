import { ENV } from "../core/environment.ts";
import { InvalidArgumentError } from "../core/errors.ts";
import { LEASE_DEFAULTS } from "../core/lease-defaults.ts";
import { LIMITS } from "../core/limits.ts";

/** How an engine paces itself. All times in milliseconds. */
export interface EngineSettings {
  /** Length of a lease. Default 30,000. */
  readonly leaseMs: number;
  /** A body starts only while more than this is left of the lease: twice the clock skew and a write. Default 2,000. */
  readonly leaseMarginMs: number;
  /** Time kept free at the end of an invocation, to give runs back. Default 5,000. */
  readonly deadlineMarginMs: number;
  /** A wait up to this long stays in the invocation. Default 1,500. */
  readonly waitInPlaceMs: number;
  /** Pause in which several children may finish before their parent is woken. Default 1,000. */
  readonly gatherMs: number;
  /** Settled operations after which a run is given back to go on in another invocation. Default: no limit. */
  readonly operationsPerInvocation: number;
  /** Open messages in META above which its owner moves them into a page. Default 32. */
  readonly spillAbove: number;
  /** How long replay waits for code to ask for the next recorded operation. Default 5,000. */
  readonly replayPatienceMs: number;
  /** How long a workflow may await something that is not durable while nothing else is pending. Default 10,000. */
  readonly idlePatienceMs: number;
  /** Names the deployed code: a blocked run is resumed by other code only. */
  readonly code: string;
}

/** The settings that AWS is run with. */
export const DEFAULT_SETTINGS: EngineSettings = {
  ...LEASE_DEFAULTS,
  waitInPlaceMs: 1_500,
  gatherMs: 1_000,
  operationsPerInvocation: Number.POSITIVE_INFINITY,
  spillAbove: LIMITS.spillAbove,
  replayPatienceMs: 5_000,
  idlePatienceMs: 10_000,
  code: "unversioned",
};

/** Settings from environment variables, defaults for those that are not set. Throws InvalidArgumentError for one that is no number. */
export function settingsFromEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): EngineSettings {
  const ms = (name: string, fallback: number): number => {
    const value = environment[name];
    if (value === undefined) return fallback;
    const parsed = Number(value);
    if (value !== "" && Number.isFinite(parsed) && parsed >= 0) return parsed;
    throw new InvalidArgumentError(
      `environment variable ${name} is "${value}"; set it to a number of milliseconds, or leave it out for ${fallback}`,
    );
  };
  return {
    ...DEFAULT_SETTINGS,
    leaseMs: ms(ENV.leaseMs, DEFAULT_SETTINGS.leaseMs),
    leaseMarginMs: ms(ENV.leaseMarginMs, DEFAULT_SETTINGS.leaseMarginMs),
    deadlineMarginMs: ms(ENV.deadlineMarginMs, DEFAULT_SETTINGS.deadlineMarginMs),
    waitInPlaceMs: ms(ENV.waitInPlaceMs, DEFAULT_SETTINGS.waitInPlaceMs),
    gatherMs: ms(ENV.gatherMs, DEFAULT_SETTINGS.gatherMs),
    code: environment[ENV.code] ?? DEFAULT_SETTINGS.code,
  };
}
