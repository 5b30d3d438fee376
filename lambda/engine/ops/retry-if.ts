import { isTerminal } from "../../core/attempt.ts";
import type { RetryOptions, RetryPolicy } from "../../core/retry-policy.ts";
import type { Execution } from "../execution.ts";
import { untilDeadline } from "../user-code.ts";

/** What `retryIf` says; undefined when it says nothing before the invocation's end. */
export async function askRetryIf(
  execution: Execution,
  error: unknown,
  policy: RetryPolicy,
  retryIf: RetryOptions["retryIf"],
): Promise<{ isRetryable: boolean | undefined } | { failWith: unknown } | undefined> {
  if (!retryIf || policy.attempts === 1 || isTerminal(error)) return { isRetryable: undefined };
  try {
    const said = await untilDeadline(execution, async () => retryIf(error));
    return said && { isRetryable: said.value };
  } catch (predicateError) {
    return { failWith: predicateError };
  }
}
