import type * as errors from "./errors.ts";
import { isBranded, type SavepointError } from "./savepoint-error.ts";

type Concrete = Extract<
  (typeof errors)[keyof typeof errors],
  new (...parameters: never) => SavepointError
>;

/** Any error of this library; `code` tells which. */
export type KnownError = InstanceType<Concrete>;

/** The code of any error of this library. */
export type ErrorCode = KnownError["code"];

/**
 * Whether an error is one of this library's, and of that code when one is given. So is one of another copy of the
 * library in the same process, of which `instanceof` knows nothing.
 */
export function isSavepointError<Code extends ErrorCode = ErrorCode>(
  error: unknown,
  code?: Code,
): error is Extract<KnownError, { readonly code: Code }> {
  return isBranded(error) && (code === undefined || error.code === code);
}
