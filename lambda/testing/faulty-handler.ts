import type { AwsJsonHandler, AwsJsonResponse } from "../../localstack/embedded/aws-json.ts";
import { ConnectionLost } from "../../localstack/embedded/aws-error.ts";
import type { Clock } from "../core/clock.ts";
import type { Process } from "./process.ts";

/**
 * What befalls a call and the process that makes it:
 * - `crash-before`, `crash-after`: the process dies before the call or after it took effect;
 * - `lost-reply`: it takes effect, and the connection breaks, which shows `noticedAfterMs` later;
 * - `throttle`: AWS refuses it for now; `refuseWith`: for good, with an error of that name;
 * - `copyAfterMs`: a copy of it, as of one tried again whose first try was held up, arrives that much
 *   later;
 * - `pauseMs`: it is that long on its way, and the rest of the process goes on meanwhile;
 * - `lateMs`: the connection breaks at once, and the call takes effect that much later;
 * - `others`: somebody else does something just before the call, or just after it took effect;
 * - `freeze`: the whole process stands still, before the call leaves or once it took effect.
 */
export type ProcessFault =
  | "crash-before"
  | "crash-after"
  | "lost-reply"
  | "throttle"
  | { readonly refuseWith: string }
  | { readonly copyAfterMs: number }
  | { readonly pauseMs: number }
  | { readonly others: () => Promise<unknown>; readonly when: "before" | "after" }
  | { readonly noticedAfterMs: number }
  | { readonly lateMs: number }
  | { readonly freeze: "before" | "after"; readonly until: Promise<void> };

/** What a process's calls meet. */
export interface CallPlan {
  readonly clock: Clock;
  readonly next: (action: string, body: string) => ProcessFault | undefined;
  /** Milliseconds of each way to AWS and back; none by default. */
  readonly travelMs?: (() => number) | undefined;
}

const never = new Promise<never>(() => {});

/** A service as one process sees it. */
export function faultyHandler(
  handler: AwsJsonHandler,
  process: Process,
  plan: CallPlan,
): AwsJsonHandler {
  const pass = (ms: number) => new Promise<void>((resolve) => plan.clock.after(ms, resolve));
  const travel = async () => {
    if (plan.travelMs) await pass(plan.travelMs());
  };
  const heard = async (response: AwsJsonResponse): Promise<AwsJsonResponse> => {
    if (process.isFrozen) await process.thawed;
    return process.isDead ? never : response;
  };
  return async (request) => {
    if (process.isFrozen) await process.thawed;
    if (process.isDead) return never;
    const action = request.target.slice(request.target.indexOf(".") + 1);
    const fault = plan.next(action, request.body);
    if (fault === "crash-before") process.die();
    const detail = typeof fault === "object" ? fault : undefined;
    const others = detail && "others" in detail ? detail : undefined;
    if (others?.when === "before") await others.others();
    if (detail && "freeze" in detail && detail.freeze === "before") {
      process.freeze(detail.until);
      await process.thawed;
    }
    if (detail && "refuseWith" in detail) return heard(refused(detail.refuseWith));
    if (detail && "copyAfterMs" in detail) {
      plan.clock.after(detail.copyAfterMs, () => void handler(request));
    }
    if (detail && "pauseMs" in detail) await pass(detail.pauseMs);
    if (process.isDead) return never;
    if (detail && "lateMs" in detail) {
      void pass(detail.lateMs).then(() => handler(request));
      throw new ConnectionLost();
    }
    await travel();
    if (fault === "throttle") return heard(throttled(request.target));
    const response = await handler(request);
    if (others?.when === "after") await others.others();
    if (fault === "crash-after") process.die();
    if (detail && "freeze" in detail && detail.freeze === "after") process.freeze(detail.until);
    await travel();
    if (detail && "noticedAfterMs" in detail) await pass(detail.noticedAfterMs);
    const reply = await heard(response);
    if (fault === "lost-reply" || (detail && "noticedAfterMs" in detail)) {
      throw new ConnectionLost();
    }
    return reply;
  };
}

function throttled(target: string): AwsJsonResponse {
  const name = target.startsWith("DynamoDB")
    ? "ProvisionedThroughputExceededException"
    : "ThrottlingException";
  return {
    status: 400,
    headers: { "content-type": "application/x-amz-json-1.0" },
    body: JSON.stringify({ __type: `com.amazonaws#${name}`, message: "slow down" }),
  };
}

const refused = (name: string, message = "not so") => ({
  status: 400,
  headers: { "content-type": "application/x-amz-json-1.0" },
  body: JSON.stringify({ __type: `com.amazonaws#${name}`, message }),
});
