import type { AsyncLocalStorage } from "node:async_hooks";
import type { Clock } from "../core/clock.ts";
import type { Ids } from "../core/ids.ts";
import type { Log } from "../core/log.ts";
import type { Hints } from "../queue/hints.ts";
import type { EngineStore } from "../store/engine-store.ts";
import type { Telemetry } from "./telemetry.ts";
import type { EngineSettings } from "./settings.ts";
import type { Workflow } from "./workflow.ts";

/** Everything an engine is made of; tests give their own clock, ids and table. */
export interface EngineDependencies {
  readonly store: EngineStore;
  readonly hints: Hints;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly settings: EngineSettings;
  readonly workflows: ReadonlyMap<string, Workflow>;
  /** Tells which run, and which step of it, the present code belongs to. */
  readonly where: AsyncLocalStorage<Whereabouts>;
  /** Is told what is done, for traces and metrics. */
  readonly telemetry?: Telemetry | undefined;
}

/** The run that code belongs to, and the step when it is a step's body. */
export interface Whereabouts {
  readonly run: string;
  /** The execution itself: two of one run are not the same. */
  readonly execution: object;
  readonly step: string | undefined;
}

/** The Lambda invocation that a run is advanced in. */
export interface Invocation {
  readonly startedAt: number;
  /** When runs must have been given back: the function's end less the margin. */
  readonly deadlineAt: number;
}
