import { CancelledError, RetriesExhaustedError } from "../index.ts";

/** What a tolerant map came to. */
export interface Settled<T, R> {
  /** In the order of the items. */
  readonly done: readonly { readonly item: T; readonly value: R }[];
  readonly failed: readonly { readonly item: T; readonly error: unknown }[];
}

/**
 * Parts the outcomes of a tolerant `ctx.map` over `items`.
 * @throws CancelledError when a branch failed with it: that the run is to stop is no failure of the branch
 */
export function partSettled<T, R>(
  items: readonly T[],
  results: readonly PromiseSettledResult<R>[],
): Settled<T, R> {
  const done: { item: T; value: R }[] = [];
  const failed: { item: T; error: unknown }[] = [];
  for (const [index, item] of items.entries()) {
    const result = results[index];
    if (result?.status === "fulfilled") done.push({ item, value: result.value });
    if (result?.status !== "rejected") continue;
    if (result.reason instanceof CancelledError) throw result.reason;
    failed.push({ item, error: result.reason });
  }
  return { done, failed };
}

/** What an error says; of a step that was tried several times, what its last attempt did. */
export function messageOf(error: unknown): string {
  if (error instanceof RetriesExhaustedError && error.cause instanceof Error) {
    return `${error.cause.message} (tried ${Math.max(error.errors.length, 1)} times)`;
  }
  return error instanceof Error ? error.message : String(error);
}
