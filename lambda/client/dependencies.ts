import type { Clock } from "../core/clock.ts";
import type { Ids } from "../core/ids.ts";
import type { Log } from "../core/log.ts";
import type { Workflow } from "../engine/workflow.ts";
import type { Hints } from "../queue/hints.ts";
import type { Store } from "../store/store.ts";

/** What a client is made of. */
export interface ClientDependencies {
  readonly store: Store;
  readonly hints: Hints;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** The deployed workflows by name, as far as the client knows them. */
  readonly workflows?: ReadonlyMap<string, Workflow>;
}
