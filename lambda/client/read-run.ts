import { RunConflictError, ValueUnreadableError } from "../core/errors.ts";
import { noRun } from "../engine/deliver-message.ts";
import type { Meta } from "../store/meta.ts";
import type { ClientDependencies } from "./dependencies.ts";

export { noRun };

/** A run's META. Throws RunNotFoundError. */
export async function readRun(
  { store }: Pick<ClientDependencies, "store">,
  id: string,
): Promise<Meta> {
  const meta = await store.readRun(id);
  if (meta) return meta;
  throw noRun(id);
}

/**
 * Reads a run's values. META is deleted first: where one is gone and META is, too, or is that of another life,
 * the run was deleted meanwhile, and RunNotFoundError says so.
 */
export async function unlessDeleted<T>(
  { store }: Pick<ClientDependencies, "store">,
  { id, incarnation }: Meta,
  read: () => Promise<T>,
): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const isUnreadable = error instanceof ValueUnreadableError;
    if (isUnreadable && (await store.readRun(id))?.incarnation !== incarnation) throw noRun(id);
    throw error;
  }
}

/** Says that a run's state forbids what was asked. */
export const conflict = ({ id, status }: Meta, what: string): RunConflictError =>
  new RunConflictError(`run "${id}" ${what}`, { details: { id, status } });
