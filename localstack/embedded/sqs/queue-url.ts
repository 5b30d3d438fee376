import { ACCOUNT } from "./queue-attributes.ts";
import { queueDoesNotExist } from "./sqs-error.ts";

/** Path of a queue's URL; the host is the one on which the service is called. */
export const queuePath = (name: string): string => `/${ACCOUNT}/${name}`;

/**
 * The name that a queue's URL ends in, whatever its host.
 * @throws AwsError QueueDoesNotExist when the URL is not one of a queue of this account
 */
export function queueNameFrom(url: string): string {
  const slash = url.lastIndexOf("/");
  if (!url.slice(0, slash).endsWith(`/${ACCOUNT}`)) throw queueDoesNotExist(url);
  return url.slice(slash + 1);
}
