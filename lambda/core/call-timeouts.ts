/** By itself the SDK waits for ever: one connection that goes nowhere would hold a lease with it. */
export const CALL_TIMEOUTS = {
  connectionTimeout: 2_000,
  requestTimeout: 5_000,
  throwOnRequestTimeout: true,
} as const;
