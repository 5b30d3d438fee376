import { Duration } from "aws-cdk-lib";
import { LEASE_DEFAULTS } from "../lambda/core/lease-defaults.ts";
import { descriptor } from "./descriptor.ts";
import { disagreements, type WorkerLimits } from "./limits.ts";
import type { SavepointProps } from "./savepoint-props.ts";

/**
 * What is chosen about workers, or is the default.
 * @throws Error when it does not agree, with the numbers
 */
export function workerSettings(props: SavepointProps): WorkerLimits {
  const { hints, functions } = descriptor;
  const timeoutMs = (
    props.timeout ?? Duration.seconds(functions.worker.timeoutSeconds)
  ).toMilliseconds();
  const settings = {
    timeoutMs,
    visibilityMs: timeoutMs,
    leaseMs: props.lease?.toMilliseconds() ?? LEASE_DEFAULTS.leaseMs,
    leaseMarginMs: LEASE_DEFAULTS.leaseMarginMs,
    deadlineMarginMs: props.deadlineMargin?.toMilliseconds() ?? LEASE_DEFAULTS.deadlineMarginMs,
    memoryMb: props.memoryMb ?? functions.worker.memoryMb,
    batchSize: props.batchSize ?? hints.batchSize,
    maxConcurrency: props.maxConcurrency ?? hints.maxConcurrency,
  };
  const wrong = disagreements(settings);
  if (wrong.length === 0) return settings;
  throw new Error(`the limits of this deployment do not agree: ${wrong.join("; ")}`);
}
