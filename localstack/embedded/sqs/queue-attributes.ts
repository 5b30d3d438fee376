import { AwsError } from "../aws-error.ts";
import { type Fields, isFields } from "./request-fields.ts";
import { invalidValue } from "./sqs-error.ts";

/** Account that the embedded stack's ARNs and URLs name. */
export const ACCOUNT = "000000000000";

/** Where messages go that were received too often. */
interface RedrivePolicy {
  readonly deadLetterTargetArn: string;
  readonly maxReceiveCount: number;
}

/** Configuration of a queue. */
export interface QueueAttributes {
  /** Seconds that a received message stays hidden. */
  readonly VisibilityTimeout: number;
  /** Seconds after which a message is dropped. */
  readonly MessageRetentionPeriod: number;
  /** Seconds that a sent message waits when its send names none. */
  readonly DelaySeconds: number;
  /** Seconds that a receive waits for a message when it names none. */
  readonly ReceiveMessageWaitTimeSeconds: number;
  readonly RedrivePolicy: RedrivePolicy | undefined;
}

/** Bounds and defaults of the numeric attributes (SQS API reference, "CreateQueue"). */
const NUMERIC = {
  VisibilityTimeout: { min: 0, max: 43_200, preset: 30 },
  MessageRetentionPeriod: { min: 60, max: 1_209_600, preset: 345_600 },
  DelaySeconds: { min: 0, max: 900, preset: 0 },
  ReceiveMessageWaitTimeSeconds: { min: 0, max: 20, preset: 0 },
} as const;

/** The ARN of a queue. */
export const queueArn = (region: string, name: string): string =>
  `arn:aws:sqs:${region}:${ACCOUNT}:${name}`;

/**
 * Reads the attributes of a CreateQueue call, all of them texts on the wire.
 * @throws AwsError naming an attribute that is unknown or out of its bounds
 */
export function queueAttributesFrom(attributes: unknown): QueueAttributes {
  const given = attributes ?? {};
  if (!isFields(given)) throw invalidValue("Attributes", given, "Must be a map of strings");
  for (const name of Object.keys(given)) {
    if (name !== "RedrivePolicy" && !(name in NUMERIC)) {
      throw new AwsError(
        "InvalidAttributeName",
        `Attribute ${name} is not implemented by the embedded SQS. Leave it out.`,
      );
    }
  }
  const numeric = (name: keyof typeof NUMERIC): number => {
    const { min, max, preset } = NUMERIC[name];
    const value = given[name];
    if (value === undefined) return preset;
    const seconds = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : NaN;
    if (seconds >= min && seconds <= max) return seconds;
    throw new AwsError(
      "InvalidAttributeValue",
      `Invalid value ${JSON.stringify(value)} for the parameter ${name}: it must be the text of an integer >= ${min} and <= ${max}.`,
    );
  };
  return {
    VisibilityTimeout: numeric("VisibilityTimeout"),
    MessageRetentionPeriod: numeric("MessageRetentionPeriod"),
    DelaySeconds: numeric("DelaySeconds"),
    ReceiveMessageWaitTimeSeconds: numeric("ReceiveMessageWaitTimeSeconds"),
    RedrivePolicy: redrivePolicyFrom(given["RedrivePolicy"]),
  };
}

function redrivePolicyFrom(text: unknown): RedrivePolicy | undefined {
  if (text === undefined || text === "") return undefined;
  const policy = parsed(text);
  const target = policy?.["deadLetterTargetArn"];
  const count = Number(policy?.["maxReceiveCount"]);
  if (typeof target !== "string" || !Number.isInteger(count) || count < 1 || count > 1000) {
    throw invalidValue(
      "RedrivePolicy",
      text,
      "Must be JSON with a deadLetterTargetArn and a maxReceiveCount of 1 to 1000",
    );
  }
  return { deadLetterTargetArn: target, maxReceiveCount: count };
}

function parsed(text: unknown): Fields | undefined {
  try {
    const value: unknown = JSON.parse(String(text));
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The attributes as GetQueueAttributes shows them. */
export function attributeTexts(attributes: QueueAttributes): Record<string, string> {
  const { RedrivePolicy, ...numeric } = attributes;
  return {
    ...Object.fromEntries(Object.entries(numeric).map(([name, value]) => [name, String(value)])),
    ...(RedrivePolicy && { RedrivePolicy: JSON.stringify(RedrivePolicy) }),
  };
}
