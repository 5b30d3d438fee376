import { validate } from "../core/schema-validation.ts";
import { type Execution, never } from "./execution.ts";
import type { Operation } from "./operation.ts";
import { waitFor } from "./wait-for.ts";
import type { Schema } from "./workflow.ts";

/** Settles as `work` does, or rejects with the signal's reason when that comes first. */
export function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abandon = () => reject(signal.reason as Error);
    if (signal.aborted) abandon();
    signal.addEventListener("abort", abandon, { once: true });
    work.then(resolve, reject);
  });
}

/**
 * Awaits user code that is no step's body: a predicate or a schema. It must not hold the worker, so
 * it is abandoned, with undefined, at the invocation's deadline and when the execution is lost.
 */
export async function untilDeadline<T>(
  execution: Execution,
  code: () => Promise<T>,
): Promise<{ readonly value: T } | undefined> {
  const { bodies, deps, invocation } = execution;
  const controller = new AbortController();
  const left = invocation.deadlineAt - deps.clock.now();
  const cancel = deps.clock.after(left, () => controller.abort("deadline"));
  bodies.add(controller);
  try {
    return { value: await orAborted(code(), controller.signal) };
  } catch (error) {
    if (!controller.signal.aborted) throw error;
    execution.isStopping = true;
    return undefined;
  } finally {
    cancel();
    bodies.delete(controller);
  }
}

/**
 * What a schema makes of a value that an operation needs; the value itself without one. A schema that has
 * not answered by the deadline is asked again in another invocation: then this never settles.
 * @throws ValidationError when the value does not fit
 */
export async function validated<T>(
  execution: Execution,
  operation: Operation,
  {
    schema,
    value,
    what,
  }: { readonly schema: Schema<unknown, T> | undefined; readonly value: T; readonly what: string },
): Promise<T> {
  if (!schema) return value;
  const valid = await untilDeadline(execution, () => validate(schema, value, what));
  if (valid) return valid.value;
  await waitFor(execution, operation, { bodyMs: 0 });
  return never();
}
