/** What every error of this library may carry beside its message. */
export interface SavepointErrorOptions {
  /** What led to this error; kept across replay when it is an error or plain data. */
  readonly cause?: unknown;
  /** Facts for programs: plain data, shown by the HTTP API. */
  readonly details?: unknown;
}

/**
 * Marks the errors of every copy of this library in a process, as a project has that is loaded as an ES module in one
 * place and as a CommonJS module in another: `instanceof` knows those of its own copy only.
 */
const BRAND = Symbol.for("savepoint.error");

/** Whether something is an error of this library, whichever copy of it has made it. Never throws. */
export function isBranded(error: unknown): error is SavepointError {
  if (typeof error !== "object" || error === null) return false;
  try {
    return (error as { readonly [BRAND]?: unknown })[BRAND] === true;
  } catch {
    // A proxy may throw at whatever it is asked.
    return false;
  }
}

/**
 * Base of every error that Savepoint throws on purpose. `code` is stable across releases and
 * minified bundles: programs should look at it, people at `message`.
 */
export abstract class SavepointError extends Error {
  /** Names the kind of error, in snake case. */
  abstract readonly code: string;
  /** Facts for programs; absent when there are none. */
  declare readonly details?: unknown;
  static {
    // On the prototype, which keeps it out of the data.
    Object.defineProperty(this.prototype, BRAND, { value: true });
  }

  constructor(message: string, options: SavepointErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    if (options.details !== undefined) this.details = options.details;
  }
}

/** A function was called with an argument that makes no sense; the message shows the value. */
export class InvalidArgumentError extends SavepointError {
  readonly code = "invalid_argument";
  static {
    // Set by hand because bundlers rename classes, and on the prototype to keep it out of the data.
    this.prototype.name = "InvalidArgumentError";
  }
}
