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
