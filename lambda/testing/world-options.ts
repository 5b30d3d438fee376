import type { EngineSettings } from "../engine/settings.ts";
import type { Telemetry } from "../engine/telemetry.ts";
import type { Workflow } from "../engine/workflow.ts";
import type { AwsJsonResponse } from "../../localstack/embedded/aws-json.ts";
import type { DeliveryOdds, DeliveryPlan } from "../../localstack/embedded/sqs/delivery-plan.ts";
import type { ProcessFault } from "./faulty-handler.ts";
import type { Process } from "./process.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** What a world is made with; everything left out is as in AWS, without faults. */
export interface WorldOptions {
  readonly workflows: readonly Workflow[];
  /** The workflows of one process, when each has its own; those of the code that it is started with. */
  readonly workflowsOf?: (process: Process, code: string | undefined) => readonly Workflow[];
  readonly seed?: number;
  /** Its time, when others go by it, too. */
  readonly clock?: VirtualClock;
  readonly settings?: Partial<EngineSettings>;
  /** Is told what workers do. */
  readonly telemetry?: Telemetry;
  /** Length of an invocation, milliseconds. */
  readonly invocationMs?: number;
  /** Invocations at a time. */
  readonly concurrency?: number;
  /** How long a message stays hidden whose worker dies before its claim, seconds. */
  readonly visibilitySeconds?: number;
  /** What goes wrong with the n-th call of all workers, counted from 1. */
  readonly fault?: (
    n: number,
    action: string,
    body: string,
    process: Process,
  ) => ProcessFault | undefined;
  /** The same for the client and the sweeper, with whose calls nothing goes wrong by default. */
  readonly bystanderFault?: (
    action: string,
    body: string,
    process: Process,
  ) => ProcessFault | undefined;
  /** Whether a hint that is sent arrives. */
  readonly deliver?: (body: string) => boolean;
  /** Hash of the code that is deployed now: asked for each invocation, which is one of that code. */
  readonly code?: () => string;
  /** How unreliable the queue is. */
  readonly delivery?: DeliveryOdds;
  /** The same, decided message by message and by who sends it. */
  readonly deliveryPlan?: SenderPlan;
  /** Runs each sweep; by default as it is. */
  readonly aroundSweep?: (sweep: () => Promise<unknown>) => Promise<void>;
  /** Milliseconds of each way to AWS and back; by default calls take no time. */
  readonly travelMs?: () => number;
  /** By how much the clock of a process is wrong, milliseconds. */
  readonly skewMs?: (process: string) => number;
  /** Milliseconds until a change shows in an index. */
  readonly indexLagMs?: (index: string) => number;
  /** Told of each call that reached AWS, in the order of their effects. */
  readonly watch?: (call: WatchedCall) => void;
  /** Whether idle processes stand still between invocations, as Lambda's do. */
  readonly freezesIdle?: boolean;
  /** Whether calls go through the SDK's middleware, which takes most of their time. */
  readonly throughSdk?: boolean;
  /**
   * Whether time goes from one thing that happens to the next: nobody polls meanwhile, and a sweep whose
   * turn it is takes place only if it has something to do.
   */
  readonly skipsIdleTime?: boolean;
  /**
   * Asked before time passes: resolves when something that goes by the real clock has ended, or has taken
   * too long to be waited for; undefined when there is nothing of the kind. Rejects to let no more pass.
   */
  readonly realWork?: () => Promise<void> | undefined;
  /** Virtual time after which a world that has not come to an end is stuck, milliseconds. */
  readonly stuckAfterMs?: number;
}

/** A plan of delivery that knows the process that sends. */
export interface SenderPlan extends Omit<DeliveryPlan, "copies"> {
  copies(body: string, sender: string): readonly number[];
}

/** A call as it reached AWS, with what it was answered. */
export interface WatchedCall {
  readonly process: string;
  readonly action: string;
  readonly body: string;
  readonly response: AwsJsonResponse;
}
