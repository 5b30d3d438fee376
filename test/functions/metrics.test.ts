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

/** Metrics of a deployment, and the lines that they have written so far. */
function counted() {
  const print = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const metrics = runMetrics({ [ENV.metrics]: "emf", [ENV.table]: "my-table" });
  if (!metrics) throw new Error("nothing is counted");
  const lines = () =>
    print.mock.calls.map(([line]) => JSON.parse(String(line)) as Record<string, unknown>);
  return { ...metrics, lines };
}

it("are written when an invocation ends, as CloudWatch reads them, by deployment", async () => {
  const { telemetry, publish, lines } = counted();
  expect(await telemetry.advance?.({ ...run, isTakeover: false }, async () => 5)).toBe(5);
  await telemetry.advance?.({ ...run, epoch: 2, isTakeover: true }, async () => 5);
  for (const told of [end("succeeded"), end("cancelled")]) telemetry.ended?.(told);
  expect(lines()).toEqual([]);
  publish();
  expect(lines()).toMatchObject([
    {
      [METRIC_DIMENSION]: "my-table",
      RunsStarted: 1,
      Takeovers: 1,
      RunsFinished: [1, 1],
      _aws: { CloudWatchMetrics: [{ Namespace: "Savepoint", Dimensions: [[METRIC_DIMENSION]] }] },
    },
  ]);
  publish();
  expect(lines()).toHaveLength(1);
});

it("that an alarm looks at are written at once: others of the batch may be at work for long", () => {
  const { telemetry, publish, lines } = counted();
  for (const told of [
    end("succeeded"),
    end("failed", "no_progress"),
    end("failed"),
    end("blocked"),
  ])
    telemetry.ended?.(told);
  const written = [
    { RunsFinished: [1, 1], RunsFailed: 1, NoProgress: 1 },
    { RunsFinished: 1, RunsFailed: 1 },
    { RunsBlocked: 1 },
  ];
  expect(lines()).toMatchObject(written);
  expect(lines()[2]).not.toHaveProperty("RunsFinished");
  publish();
  expect(lines()).toHaveLength(written.length);
});

it("are not written where nobody reads them", () => {
  expect(runMetrics({ [ENV.table]: "my-table" })).toBeUndefined();
});
