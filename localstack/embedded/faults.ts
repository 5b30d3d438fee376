import { AwsError, ConnectionLost } from "./aws-error.ts";

/** An action's input or output: the members of its JSON document. */
export type Members = Readonly<Record<string, unknown>>;

/** A call to one of the embedded services, before it is performed. */
export interface Call {
  readonly service: "dynamodb" | "sqs";
  /** Name of the action, as `PutItem`. */
  readonly action: string;
  readonly input: Members;
  /** Position among the calls to this service, from 1. */
  readonly index: number;
}

/**
 * What goes wrong with a call:
 * - `throttle`: refused as throttled, without effect;
 * - `internal`: refused with a server error, without effect;
 * - `lost-reply`: performed, then the connection breaks (`ECONNRESET`), whatever the answer was;
 * - `crash-before`, `crash-after`: `crash` is called without or after the call being performed,
 *   which never answers, as its caller is taken to be dead.
 */
export type Fault =
  | { readonly kind: "throttle" }
  | { readonly kind: "internal" }
  | { readonly kind: "lost-reply" }
  | { readonly kind: "crash-before"; readonly crash: () => void }
  | { readonly kind: "crash-after"; readonly crash: () => void };

/** A call that was performed or refused. */
export interface Outcome extends Call {
  /** The answer; undefined when the call was refused. */
  readonly output?: Members;
  /** Why it was refused, be it by the service or by a fault. */
  readonly error?: Error;
  /** `ConsumedCapacity`, one entry a table, with its indexes; whether it was asked for or not. */
  readonly consumed?: readonly Members[];
  /** The fault that befell it. */
  readonly fault?: Fault["kind"];
}

/** Decides what goes wrong, and sees everything. Plans of tests are seeded; production has none. */
export interface FaultPlan {
  /** Asked before each call; undefined lets it through. */
  before?(call: Call): Fault | undefined;
  /** Told after each call, before its answer leaves. */
  observe?(outcome: Outcome): void;
  /** Milliseconds until a change shows in a secondary index; 0 by default. Changes keep their order. */
  indexLag?(table: string, index: string): number;
}

/** Performs an action of a service. Rejects with {@link AwsError}. */
export type Perform = (action: string, input: Members) => Promise<Members>;

/** An answer, and what it consumed of the service's capacity. */
export interface Performed {
  readonly output: Members;
  readonly consumed?: readonly Members[];
}

/**
 * Puts a plan in front of a service. The wrapped function also rejects with the plan's faults:
 * `throttled()`, an `InternalServerError`, or {@link ConnectionLost}.
 *
 * @param throttled makes the error by which this service says that it throttles
 */
export function withFaults(
  service: Call["service"],
  plan: FaultPlan,
  throttled: () => AwsError,
  perform: (action: string, input: Members) => Promise<Performed>,
): Perform {
  let calls = 0;

  async function observed(call: Call, fault?: Fault["kind"]): Promise<Members> {
    const seen = { ...call, ...(fault && { fault }) };
    let performed: Performed;
    try {
      performed = await perform(call.action, call.input);
    } catch (error) {
      const consumed = error instanceof AwsError ? error.consumed : [];
      if (error instanceof Error) plan.observe?.({ ...seen, error, consumed });
      throw error;
    }
    const { output, consumed } = performed;
    plan.observe?.({ ...seen, output, ...(consumed && { consumed }) });
    return output;
  }

  function refused(call: Call, fault: Fault["kind"], error: AwsError): AwsError {
    plan.observe?.({ ...call, error, fault });
    return error;
  }

  return async (action, input) => {
    const call: Call = { service, action, input, index: ++calls };
    const fault = plan.before?.(call);
    if (!fault) return observed(call);
    if (fault.kind === "throttle") throw refused(call, fault.kind, throttled());
    if (fault.kind === "internal") {
      throw refused(call, fault.kind, internalError("fault injected"));
    }
    // A refusal is lost like any other answer; the observer has seen it.
    if (fault.kind !== "crash-before") await Promise.allSettled([observed(call, fault.kind)]);
    if (fault.kind === "lost-reply") throw new ConnectionLost();
    fault.crash();
    return new Promise(() => {});
  };
}

/** The service's own failure, with status 500: the SDK tries again. */
export function internalError(reason: string): AwsError {
  return new AwsError("InternalServerError", `The embedded service failed: ${reason}`, {
    status: 500,
  });
}
