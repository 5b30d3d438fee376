import type { Clock } from "../../lambda/core/clock.ts";
import type { AwsJsonHandler } from "../../localstack/embedded/aws-json.ts";
import { ConnectionLost } from "../../localstack/embedded/aws-error.ts";

/** One simulated process: dead, it never hears from AWS again. */
export interface Process {
  readonly name: string;
  isDead: boolean;
  /** Resolves when the process dies. */
  readonly death: Promise<undefined>;
  die(): void;
}

/** A process that lives until it is told to die. */
export function createProcess(name: string): Process {
  let end: (value: undefined) => void = () => undefined;
  const death = new Promise<undefined>((resolve) => {
    end = resolve;
  });
  return {
    name,
    isDead: false,
    death,
    die() {
      this.isDead = true;
      end(undefined);
    },
  };
}

/**
 * What befalls a call and the process that makes it: it dies before the call or after it took
 * effect; the reply is lost; AWS throttles or refuses with an error of that name; the process stands
 * still for a while before the call; a copy of the call, as of one tried again whose first try was
 * held up on its way, arrives later.
 */
export type ProcessFault =
  | "crash-before"
  | "crash-after"
  | "lost-reply"
  | "throttle"
  | { readonly refuseWith: string }
  | { readonly pauseMs: number }
  | { readonly copyAfterMs: number };

const never = new Promise<never>(() => {});

/** A service as one process sees it. */
export function faultyHandler(
  handler: AwsJsonHandler,
  process: Process,
  plan: {
    readonly clock: Clock;
    readonly next: (action: string, body: string) => ProcessFault | undefined;
  },
): AwsJsonHandler {
  return async (request) => {
    if (process.isDead) return never;
    const action = request.target.slice(request.target.indexOf(".") + 1);
    const fault = plan.next(action, request.body);
    if (fault === "throttle") return throttled(request.target);
    if (typeof fault === "object" && "refuseWith" in fault) return refused(fault.refuseWith);
    if (fault === "crash-before") process.die();
    if (typeof fault === "object" && "copyAfterMs" in fault) {
      plan.clock.after(fault.copyAfterMs, () => void handler(request));
    } else if (typeof fault === "object") {
      await new Promise<void>((resolve) => plan.clock.after(fault.pauseMs, resolve));
    }
    if (process.isDead) return never;
    const response = await handler(request);
    if (fault === "crash-after") process.die();
    if (fault === "lost-reply") throw new ConnectionLost();
    return process.isDead ? never : response;
  };
}

function throttled(target: string) {
  const name = target.startsWith("DynamoDB")
    ? "ProvisionedThroughputExceededException"
    : "ThrottlingException";
  return refused(name, "slow down");
}

const refused = (name: string, message = "not so") => ({
  status: 400,
  headers: { "content-type": "application/x-amz-json-1.0" },
  body: JSON.stringify({ __type: `com.amazonaws#${name}`, message }),
});
