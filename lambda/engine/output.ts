import { type Encoded, encodeValue } from "../core/codec.ts";
import { validate } from "../core/schema-validation.ts";
import { type Execution, never } from "./execution.ts";
import { untilDeadline } from "./user-code.ts";
import type { Workflow } from "./workflow.ts";

/** What a run's code came to: its output as it is recorded, or the error that it failed with. */
export type Result =
  { readonly ok: true; readonly output: Encoded } | { readonly ok: false; readonly error: unknown };

/** Of code whose output nobody is told. */
export const NO_OUTPUT: Result = { ok: true, output: encodeValue(undefined) };

/**
 * What code came to that has returned a value: an output that is not what the workflow declares is a failure like
 * any other. Nothing else becomes of the run until that is known, since it decides what the code does next. A schema
 * that has not answered by the invocation's end is asked again in another: then this never settles.
 */
export async function judged(
  execution: Execution,
  { name, outputSchema: schema }: Workflow,
  value: unknown,
): Promise<Result> {
  if (execution.isCancelled) return NO_OUTPUT;
  const what = `output of workflow "${name}"`;
  execution.judging = "now";
  const result = await resultOf(execution, schema, value, what);
  execution.judging = result ? undefined : "later";
  execution.bell.ring();
  return result ?? never();
}

async function resultOf(
  execution: Execution,
  schema: Workflow["outputSchema"],
  value: unknown,
  what: string,
): Promise<Result | undefined> {
  try {
    if (!schema) return { ok: true, output: encodeValue(value, { what }) };
    const valid = await untilDeadline(execution, () => validate(schema, value, what));
    return valid && { ok: true, output: encodeValue(valid.value, { what }) };
  } catch (error) {
    return { ok: false, error };
  }
}
