import { AwsError } from "../../aws-error.ts";
import { attributeTexts, queueArn, queueAttributesFrom } from "../queue-attributes.ts";
import { queuePath } from "../queue-url.ts";
import { fieldsOf, textField, textsField } from "../request-fields.ts";
import { invalidValue } from "../sqs-error.ts";
import { type Performer, queueNameOf } from "./performer.ts";

const QUEUE_NAME = /^[A-Za-z0-9_-]{1,80}$/;

/** CreateQueue, for standard queues; the same attributes again are no error. */
export const createQueue: Performer = ({ queues }, input) => {
  const fields = fieldsOf("CreateQueue", input, ["QueueName", "Attributes"]);
  const name = textField(fields, "QueueName");
  if (!QUEUE_NAME.test(name)) {
    throw invalidValue(
      "QueueName",
      name,
      "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
    );
  }
  queues.create(name, queueAttributesFrom(fields["Attributes"]));
  return { QueueUrl: queuePath(name) };
};

/** GetQueueUrl. */
export const getQueueUrl: Performer = ({ queues }, input) => {
  const name = textField(fieldsOf("GetQueueUrl", input, ["QueueName"]), "QueueName");
  queues.get(name);
  return { QueueUrl: queuePath(name) };
};

/** GetQueueAttributes: configuration, ARN and the numbers of messages. */
export const getQueueAttributes: Performer = ({ queues, region }, input) => {
  const fields = fieldsOf("GetQueueAttributes", input, ["QueueUrl", "AttributeNames"]);
  const name = queueNameOf(fields);
  const queue = queues.get(name);
  const { visible, inFlight, delayed } = queue.counts();
  const attributes: Record<string, string> = {
    ...attributeTexts(queue.attributes),
    QueueArn: queueArn(region, name),
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
  };
  const wanted = textsField(fields, "AttributeNames");
  if (wanted.includes("All")) return { Attributes: attributes };
  const chosen = wanted.map((each): [string, string | undefined] => [each, attributes[each]]);
  const unknown = chosen.find(([each, value]) => value === undefined && each !== "RedrivePolicy");
  if (unknown) throw new AwsError("InvalidAttributeName", `Unknown Attribute ${unknown[0]}.`);
  return { Attributes: Object.fromEntries(chosen) };
};
