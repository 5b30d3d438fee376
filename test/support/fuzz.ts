import type * as fc from "fast-check";

/**
 * How far a property is searched. With `FUZZ=1000` in the environment each searches a thousand times as
 * many cases as in an ordinary run. A failure prints seed and path, which `FUZZ_SEED` and `FUZZ_PATH` take
 * to repeat it.
 * @param numRuns cases of an ordinary run
 */
export function searched(numRuns: number): fc.Parameters<unknown> {
  const { FUZZ, FUZZ_SEED, FUZZ_PATH } = process.env;
  return {
    numRuns: Math.ceil(numRuns * Number(FUZZ ?? 1)),
    ...(FUZZ_SEED !== undefined && { seed: Number(FUZZ_SEED) }),
    ...(FUZZ_PATH !== undefined && { path: FUZZ_PATH }),
  };
}

/** How long a test may take whose search an ordinary run bounds to a second, milliseconds. */
export const SEARCH_TIMEOUT_MS = process.env["FUZZ"] === undefined ? 60_000 : 3_600_000;
