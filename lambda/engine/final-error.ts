import { ValueUnreadableError } from "../core/errors.ts";
import { isRefusal } from "../store/retry.ts";

/** Whether an error ends the run: AWS refuses a request for good, or a record cannot be read. Every later owner would meet it again. */
export const isFinal = (error: unknown): error is Error =>
  isRefusal(error) || error instanceof ValueUnreadableError;
