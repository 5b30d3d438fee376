import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import { METRIC_NAMESPACE, METRICS } from "../core/metric-names.ts";
import type { Telemetry } from "../engine/telemetry.ts";

/** What is counted in an invocation. What an alarm looks at is written at once, the rest when it ends. */
export interface RunMetrics {
  readonly telemetry: Telemetry;
  /** Writes what was counted as one line of CloudWatch's embedded metric format, if anything was. */
  readonly publish: () => void;
}

/**
 * Counts what becomes of runs.
 * @param table names the deployment in the metrics
 */
export function runMetrics(table: string): RunMetrics {
  const metrics = new Metrics({ namespace: METRIC_NAMESPACE, serviceName: table });
  const count = (name: keyof typeof METRICS): void =>
    void metrics.addMetric(METRICS[name], MetricUnit.Count, 1);
  const publish = (): void => {
    if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
  };
  return {
    telemetry: {
      advance(claim, work) {
        if (claim.epoch === 1) count("started");
        if (claim.isTakeover) count("takeovers");
        return work();
      },
      ended({ status, code }) {
        count(status === "blocked" ? "blocked" : "finished");
        if (status === "failed") count("failed");
        if (code === "no_progress") count("noProgress");
        // The rest of the batch may go on for a quarter of an hour, or take the process down.
        if (status === "failed" || status === "blocked") publish();
      },
    },
    publish,
  };
}
