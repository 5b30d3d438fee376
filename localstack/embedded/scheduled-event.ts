import type { ScheduledEvent } from "aws-lambda";
import type { EpochMs } from "../../lambda/core/clock.ts";
import { ACCOUNT } from "./sqs/queue-attributes.ts";

const REGION = "us-east-1";

/**
 * The event by which an EventBridge rule with a schedule invokes a function (EventBridge user guide,
 * "Creating a rule that runs on a schedule"). Times are given to the second.
 */
export function scheduledEvent(id: string, time: EpochMs, rule: string): ScheduledEvent<object> {
  return {
    version: "0",
    id,
    "detail-type": "Scheduled Event",
    source: "aws.events",
    account: ACCOUNT,
    time: `${new Date(time).toISOString().slice(0, 19)}Z`,
    region: REGION,
    resources: [`arn:aws:events:${REGION}:${ACCOUNT}:rule/${rule}`],
    detail: {},
  };
}
