import { RunConflictError } from "../core/errors.ts";
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

/** Says that a run was terminated so lately that its code may be running. */
export const atWork = (run: Meta, what: "resume" | "delete"): RunConflictError =>
  conflict(
    run,
    `was terminated while a worker was at work on it, which knows of that by ${new Date(run.formerUntil ?? 0).toISOString()} at the latest; ${what} it then`,
  );

/** Says that a run's state forbids what was asked. */
export const conflict = ({ id, status }: Meta, what: string): RunConflictError =>
  new RunConflictError(`run "${id}" ${what}`, { details: { id, status } });
