import { RunNotFoundError } from "../core/errors.ts";
import type { Meta } from "../store/meta.ts";
import type { ClientDependencies } from "./dependencies.ts";

/** A run's META. Throws RunNotFoundError. */
export async function readRun(
  { store }: Pick<ClientDependencies, "store">,
  id: string,
): Promise<Meta> {
  const meta = await store.readRun(id);
  if (meta) return meta;
  throw noRun(id);
}

/** Says that there is no run of that id. */
export const noRun = (id: string): RunNotFoundError =>
  new RunNotFoundError(
    `there is no run "${id}"; it was never started, or its records have expired`,
  );
