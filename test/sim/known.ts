import type { Patch } from "./patch.ts";

/** A defect that the simulation has found and that is not mended yet. */
interface Known extends Patch {
  /** Seeds that show it without the patch. */
  readonly seeds: readonly number[];
  readonly reason: string;
}

/**
 * Defects known and not mended, each with the patch without which the simulation would find little
 * else. The build fails when a patch no longer fits: then the defect is mended and its entry goes.
 */
export const KNOWN: readonly Known[] = [];
