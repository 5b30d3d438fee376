import { ValueUnreadableError } from "../core/errors.ts";
import type { RunReference } from "./meta.ts";
import type { EngineStore } from "./engine-store.ts";

/**
 * Reads a run's values. META is deleted first: where one is gone and META is, too, or is that of another life,
 * the run was deleted meanwhile.
 * @returns undefined then
 * @throws ValueUnreadableError when the run is there and its value is not
 */
export async function unlessDeleted<T>(
  { readRun }: Pick<EngineStore, "readRun">,
  { id, incarnation }: RunReference,
  read: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    const isUnreadable = error instanceof ValueUnreadableError;
    if (isUnreadable && (await readRun(id))?.incarnation !== incarnation) return undefined;
    throw error;
  }
}
