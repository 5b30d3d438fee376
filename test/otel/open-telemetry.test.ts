import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from "vitest";
import { TerminalError, workflow } from "../../lambda/index.ts";
import { openTelemetry } from "../../lambda/otel/index.ts";
import { World } from "../../lambda/testing/world.ts";

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
});
afterAll(() => {
  context.disable();
  trace.disable();
});

it("makes one trace of a run, however many invocations it takes", async () => {
  const tracer = provider.getTracer("app");
  const trip = workflow("trip", {}, async (ctx) => {
    await ctx.step("fetch", async () => {
      await Promise.resolve();
      tracer.startSpan("http call").end();
    });
    await ctx.sleep("an hour", "1h");
    await ctx.step("refuse", () => {
      throw new TerminalError("no");
    });
  });
  const world = await World.create({ workflows: [trip], telemetry: openTelemetry() });
  await world.run(trip, undefined).catch(() => undefined);
  await world.end();

  const spans = exporter.getFinishedSpans();
  const named = (name: string) => spans.filter((span) => span.name === name);
  expect(spans.map(({ name }) => name)).toEqual([
    "http call",
    "step fetch",
    "run trip",
    "step refuse",
    "run trip",
  ]);
  expect(new Set(spans.map((span) => span.spanContext().traceId)).size).toBe(1);
  const parentOf = (name: string) => named(name)[0]?.parentSpanContext?.spanId;
  expect(parentOf("http call")).toBe(named("step fetch")[0]?.spanContext().spanId);
  expect(parentOf("step fetch")).toBe(named("run trip")[0]?.spanContext().spanId);
  const [first, last] = named("run trip");
  // Both hang below a span that no process sends.
  expect(first?.parentSpanContext?.spanId).toBe(last?.parentSpanContext?.spanId);
  expect(last?.attributes).toMatchObject({
    "savepoint.run": "run",
    "savepoint.epoch": 2,
    "savepoint.takeover": false,
    "savepoint.status": "failed",
  });
  expect(last?.status).toEqual({ code: 2, message: "terminal" });
  expect(named("step refuse")[0]).toMatchObject({
    attributes: { "savepoint.step": "refuse", "savepoint.attempt": 1 },
    status: { code: 2 },
    events: [{ name: "exception" }],
  });
});

it("gives another life of the same id another trace", async () => {
  exporter.reset();
  const short = workflow("short", {}, async (ctx) => ctx.step("one", () => 1));
  for (const seed of [1, 2]) {
    const world = await World.create({ workflows: [short], telemetry: openTelemetry(), seed });
    await world.run(short, undefined);
    await world.end();
  }
  const traces = exporter.getFinishedSpans().map((span) => span.spanContext().traceId);
  expect(new Set(traces).size).toBe(2);
});

it("has the registered provider send its spans at the end of each invocation", async () => {
  let invocations = 0;
  const flushed = vi.spyOn(provider, "forceFlush");
  onTestFinished(() => flushed.mockRestore());
  const nap = workflow("nap", {}, async (ctx) => {
    invocations += 1;
    await ctx.sleep("an hour", "1h");
  });
  const world = await World.create({ workflows: [nap], telemetry: openTelemetry() });
  await world.run(nap, undefined);
  await world.end();
  expect(invocations).toBe(2);
  expect(flushed.mock.calls.length).toBeGreaterThanOrEqual(invocations);
});

it("has the provider send its spans that a layer has registered by its own copy of the API", async () => {
  const flushed = vi.fn<() => Promise<void>>(() => Promise.resolve());
  const ofLayer = {
    getTracer: provider.getTracer.bind(provider),
    getDelegate: () => ({ getTracer: provider.getTracer.bind(provider), forceFlush: flushed }),
  };
  const asked = vi.spyOn(trace, "getTracerProvider").mockReturnValue(ofLayer);
  onTestFinished(() => asked.mockRestore());
  await openTelemetry().flush?.();
  expect(flushed).toHaveBeenCalledOnce();
});

it.each([
  ["cannot be sent", () => Promise.reject(new Error("no collector"))],
  ["is not sent in time", () => new Promise<never>(() => undefined)],
])("a run ends well whose telemetry %s", async (_, flush) => {
  const one = workflow("one", {}, async (ctx) => ctx.step("only", () => 1));
  const world = await World.create({ workflows: [one], telemetry: { flush } });
  expect(await world.run(one, undefined)).toBe(1);
  await world.end();
});
