import { AwsError } from "../aws-error.ts";
import type { Item } from "./item.ts";
import type { ConsumedCapacity } from "./capacity.ts";

/** A request that DynamoDB would refuse for what it says. */
export function validationError(message: string): AwsError {
  return new AwsError("ValidationException", message);
}

/** A parameter whose value is not allowed, in DynamoDB's usual wording. */
export function invalidParameter(message: string): AwsError {
  return validationError(`One or more parameter values were invalid: ${message}`);
}

/** A table that does not exist. */
export function tableNotFound(name: string): AwsError {
  return new AwsError(
    "ResourceNotFoundException",
    `Requested resource not found: Table: ${name} not found`,
  );
}

/**
 * A condition that did not hold.
 *
 * @param item the item that refused it, when the request asked for it
 * @param consumed what the attempt costs all the same
 */
export function conditionFailed(item: Item | undefined, consumed: ConsumedCapacity): AwsError {
  return new AwsError("ConditionalCheckFailedException", "The conditional request failed", {
    extra: item ? { Item: item } : {},
    consumed: [consumed],
  });
}

/** The refusal of a table that receives more than it can take. */
export function throughputExceeded(): AwsError {
  return new AwsError(
    "ProvisionedThroughputExceededException",
    "The level of configured provisioned throughput for the table was exceeded. " +
      "Consider increasing your provisioning level with the UpdateTable API.",
  );
}
