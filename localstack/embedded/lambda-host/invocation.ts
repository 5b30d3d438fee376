/** What became of an invocation. */
export type InvocationResult =
  | {
      readonly ok: true;
      /** The handler's result, JSON. */
      readonly payload: string;
    }
  | {
      readonly ok: false;
      /**
       * `Runtime.ExitError` when the process ended, `Sandbox.Timedout` when it was killed at its
       * timeout, else the class of what the handler threw.
       */
      readonly errorType: string;
      readonly message: string;
    };

/** Invokes a function by its name with an event. Never rejects: a failure is a result. */
export type Invoke = (functionName: string, event: unknown) => Promise<InvocationResult>;
