import {
  changeMessageVisibility,
  changeMessageVisibilityBatch,
} from "./change-message-visibility.ts";
import { deleteMessage } from "./delete-message.ts";
import type { Performer } from "./performer.ts";
import { createQueue, getQueueAttributes, getQueueUrl } from "./queue-set-up.ts";
import { receiveMessage } from "./receive-message.ts";
import { sendMessage } from "./send-message.ts";

const product = {
  SendMessage: sendMessage,
  DeleteMessage: deleteMessage,
  ChangeMessageVisibility: changeMessageVisibility,
  ChangeMessageVisibilityBatch: changeMessageVisibilityBatch,
} as const;

const setUp = {
  CreateQueue: createQueue,
  GetQueueUrl: getQueueUrl,
  GetQueueAttributes: getQueueAttributes,
  ReceiveMessage: receiveMessage,
} as const;

/** Calls that the product makes. */
export const SQS_CALLS: readonly string[] = Object.keys(product);

/** Calls that set queues up or look at them, and the one that the event source mapping makes. */
export const SQS_SETUP_CALLS: readonly string[] = Object.keys(setUp);

/** Everything implemented, by the name of the call. */
export const performers: ReadonlyMap<string, Performer> = new Map(
  Object.entries<Performer>({ ...product, ...setUp }),
);
