import type { Savepoint } from "../../lambda/index.ts";
import type { Act } from "./acts.ts";

/** Does what an act does to a run, as a user of the client would. */
export async function perform(act: Act, run: string, savepoint: Savepoint): Promise<unknown> {
  switch (act.kind) {
    case "cancel":
      return savepoint.get(run).cancel({ reason: act.reason });
  }
}
