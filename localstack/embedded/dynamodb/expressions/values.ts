import { AwsError } from "../../aws-error.ts";
import { admitValue } from "../admit.ts";
import { validationError } from "../errors.ts";
import type { AttributeValue, Item } from "../item.ts";
import { type Prepared, unusedPlaceholders, withoutExpression } from "./prepare.ts";

const NO_VALUES: Item = {};

/**
 * Takes the `ExpressionAttributeValues` of a request: exactly those that its expressions use, each
 * of a type that fits its place.
 *
 * @throws AwsError `ValidationException` naming a value that is missing, unused or unfit
 */
export function admitValues(
  { valueNames, checks }: Prepared,
  given: Readonly<Record<string, unknown>> | undefined,
): Item {
  const values = given ? admitGiven(valueNames, given) : NO_VALUES;
  for (const [name, parameter] of valueNames) {
    if (values[name]) continue;
    throw validationError(
      `Invalid ${parameter}: An expression attribute value used in expression is not defined; ` +
        `attribute value: ${name}`,
    );
  }
  for (const check of checks) {
    const problem = check(values);
    if (problem) throw validationError(problem);
  }
  return values;
}

function admitGiven(
  valueNames: Prepared["valueNames"],
  given: Readonly<Record<string, unknown>>,
): Item {
  const values: Record<string, AttributeValue> = {};
  let count = 0;
  for (const name in given) {
    if (!valueNames.has(name)) throw unused(valueNames, given);
    values[name] = admitOne(name, given[name]);
    count++;
  }
  if (count === 0) throw validationError("ExpressionAttributeValues must not be empty");
  return values;
}

function admitOne(name: string, given: unknown): AttributeValue {
  try {
    return admitValue(given);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new AwsError(
      error.name,
      `ExpressionAttributeValues contains invalid value: ${error.message} for key ${name}`,
    );
  }
}

function unused(
  valueNames: Prepared["valueNames"],
  given: Readonly<Record<string, unknown>>,
): AwsError {
  if (valueNames.size === 0) return withoutExpression("ExpressionAttributeValues");
  const names = Object.keys(given).filter((name) => !valueNames.has(name));
  return unusedPlaceholders("ExpressionAttributeValues", names);
}
