import { afterEach, expect, it, vi } from "vitest";
import { ENV } from "../../lambda/core/environment.ts";
import { METRIC_DIMENSION } from "../../lambda/core/metric-names.ts";
import type { TracedEnd } from "../../lambda/engine/telemetry.ts";
import { runMetrics } from "../../lambda/functions/metrics.ts";

afterEach(() => void vi.restoreAllMocks());

const run = { id: "r", workflow: "w", incarnation: "i", epoch: 1 };
const end = (status: TracedEnd["status"], code?: string): TracedEnd => ({
  run,
  status,
  code,
  ageMs: 1,
});

it("are written once an invocation, as CloudWatch reads them, by deployment", async () => {
  const print = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const metrics = runMetrics({ [ENV.metrics]: "emf", [ENV.table]: "my-table" });
  expect(await metrics?.telemetry.advance?.({ ...run, isTakeover: false }, async () => 5)).toBe(5);
  await metrics?.telemetry.advance?.({ ...run, epoch: 2, isTakeover: true }, async () => 5);
  for (const told of [
    end("succeeded"),
    end("failed", "no_progress"),
    end("failed"),
    end("blocked"),
  ])
    metrics?.telemetry.ended?.(told);
  metrics?.publish();
  expect(print).toHaveBeenCalledTimes(1);
  const line = JSON.parse(String(print.mock.calls[0]?.[0])) as Record<string, unknown>;
  expect(line).toMatchObject({
    [METRIC_DIMENSION]: "my-table",
    RunsStarted: 1,
    Takeovers: 1,
    RunsFinished: [1, 1, 1],
    RunsFailed: [1, 1],
    NoProgress: 1,
    RunsBlocked: 1,
    _aws: { CloudWatchMetrics: [{ Namespace: "Savepoint", Dimensions: [[METRIC_DIMENSION]] }] },
  });
  metrics?.publish();
  expect(print).toHaveBeenCalledTimes(1);
});

it("are not written where nobody reads them", () => {
  expect(runMetrics({ [ENV.table]: "my-table" })).toBeUndefined();
});
