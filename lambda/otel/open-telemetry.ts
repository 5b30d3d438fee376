import { createHash } from "node:crypto";
import {
  type Attributes,
  type Context,
  context,
  type ProxyTracerProvider,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Tracer,
  type TracerProvider,
} from "@opentelemetry/api";
import type { Telemetry, TracedRun } from "../engine/telemetry.ts";

/** How runs are traced. */
export interface OpenTelemetryOptions {
  /** Makes the spans. Default: the registered provider's, by the name `savepoint`. */
  readonly tracer?: Tracer;
}

/**
 * Traces runs with OpenTelemetry: `export default defineConfig({ workflows, telemetry: openTelemetry() })`.
 * All that is ever done for a run is one trace, however many invocations it takes and whoever dies on the
 * way: its id comes from the run's. Each invocation's work on it is a span `run <workflow>`, each attempt of
 * a step one below that, within which other instrumentation puts its own. Nothing is stored for it. The
 * SDK and an exporter are the project's own to register, in its configuration or as a Lambda layer. Its spans are
 * flushed before an invocation ends, if the provider can: Lambda freezes the process then.
 */
export function openTelemetry(options: OpenTelemetryOptions = {}): Telemetry {
  const tracer = options.tracer ?? trace.getTracer("savepoint");
  const within = async <T>(
    name: string,
    attributes: Attributes,
    parent: Context,
    work: () => Promise<T>,
  ): Promise<T> => {
    const span = tracer.startSpan(name, { kind: SpanKind.INTERNAL, attributes }, parent);
    try {
      return await context.with(trace.setSpan(parent, span), work);
    } catch (error) {
      tellFailure(span, error);
      throw error;
    } finally {
      span.end();
    }
  };
  return {
    advance(claim, work) {
      const attributes = { ...attributesOf(claim), "savepoint.takeover": claim.isTakeover };
      return within(`run ${claim.workflow}`, attributes, traceOf(claim), work);
    },
    attempt({ run, key, attempt }, body) {
      const attributes = {
        ...attributesOf(run),
        "savepoint.step": key,
        "savepoint.attempt": attempt,
      };
      const parent = trace.getSpan(context.active()) ? context.active() : traceOf(run);
      return within(`step ${key}`, attributes, parent, body);
    },
    ended({ status, code }) {
      const span = trace.getSpan(context.active());
      span?.setAttribute("savepoint.status", status);
      if (status === "failed" || status === "blocked") {
        span?.setStatus({
          code: SpanStatusCode.ERROR,
          ...(code !== undefined && { message: code }),
        });
      }
    },
    flush: async () => {
      const provider = registered();
      if ("forceFlush" in provider && typeof provider.forceFlush === "function") {
        await provider.forceFlush();
      }
    },
  };
}

/**
 * The provider itself: what is registered is only a stand-in for it, and of another copy of the API where a Lambda layer
 * has registered it. OpenTelemetry's own instrumentation of Lambda knows it by this method, too.
 */
function registered(): TracerProvider {
  const provider: TracerProvider & Partial<ProxyTracerProvider> = trace.getTracerProvider();
  return typeof provider.getDelegate === "function" ? provider.getDelegate() : provider;
}

const attributesOf = ({ id, workflow, epoch }: TracedRun): Attributes => ({
  "savepoint.run": id,
  "savepoint.workflow": workflow,
  "savepoint.epoch": epoch,
});

function tellFailure(span: Span, error: unknown): void {
  span.recordException(error instanceof Error ? error : String(error));
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** The trace of one life of a run, below a span that nobody sends: no process sees the whole. */
function traceOf({ id, incarnation }: TracedRun): Context {
  const hash = createHash("sha256").update(`${id}\n${incarnation}`).digest("hex");
  return trace.setSpanContext(context.active(), {
    traceId: hash.slice(0, 32),
    spanId: hash.slice(32, 48),
    traceFlags: TraceFlags.SAMPLED,
    isRemote: true,
  });
}
