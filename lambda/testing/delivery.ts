import {
  type DeliveryPlan,
  unreliableDelivery,
} from "../../localstack/embedded/sqs/delivery-plan.ts";
import { seededRandom } from "./seeded-ids.ts";
import type { WorldOptions } from "./world-options.ts";

/**
 * How the queue of a world delivers; undefined when it delivers all, at once and in order.
 * @param caller the process whose call is being performed
 */
export function deliveryPlanOf(
  { deliver, delivery, deliveryPlan }: WorldOptions,
  seed: number,
  caller: () => string,
): DeliveryPlan | undefined {
  if (deliveryPlan) {
    return {
      copies: (body) => deliveryPlan.copies(body, caller()),
      next: (visible) => deliveryPlan.next(visible),
    };
  }
  if (delivery) return unreliableDelivery(seededRandom(seed), delivery);
  return deliver && { copies: (body) => (deliver(body) ? [0] : []), next: () => 0 };
}
