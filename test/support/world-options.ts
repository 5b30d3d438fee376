import type { EngineSettings } from "../../lambda/engine/settings.ts";
import type { Workflow } from "../../lambda/engine/workflow.ts";
import type { DeliveryOdds } from "../../localstack/embedded/sqs/delivery-plan.ts";
import type { ProcessFault } from "./faulty-handler.ts";

/** What a world is made with; everything left out is as in AWS, without faults. */
export interface WorldOptions {
  readonly workflows: readonly Workflow[];
  readonly seed?: number;
  readonly settings?: Partial<EngineSettings>;
  /** Length of an invocation, milliseconds. */
  readonly invocationMs?: number;
  /** Invocations at a time. */
  readonly concurrency?: number;
  /** What goes wrong with the n-th call of all workers, counted from 1. */
  readonly fault?: (n: number, action: string, body: string) => ProcessFault | undefined;
  /** Whether a hint that is sent arrives. */
  readonly deliver?: (body: string) => boolean;
  /** Hash of the code that is deployed now. */
  readonly code?: () => string;
  /** How long a message stays hidden that nobody extends, seconds; by default as in AWS. */
  readonly visibilitySeconds?: number;
  /** How unreliable the queue is. */
  readonly delivery?: DeliveryOdds;
  /** Runs each sweep; by default as it is. */
  readonly aroundSweep?: (sweep: () => Promise<unknown>) => Promise<void>;
}
