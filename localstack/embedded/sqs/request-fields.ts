import { invalidValue, missingParameter, unknownParameter } from "./sqs-error.ts";

/** A request whose field names are checked. */
export type Fields = Readonly<Record<string, unknown>>;

/** Whether a value is a JSON object. */
export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Takes a request apart.
 * @param known every field that the call implements
 * @throws AwsError naming a field that it does not
 */
export function fieldsOf(action: string, input: unknown, known: readonly string[]): Fields {
  if (!isFields(input)) throw invalidValue(action, input, "Must be a JSON object");
  for (const name of Object.keys(input)) {
    if (!known.includes(name)) throw unknownParameter(action, name);
  }
  return input;
}

/** A required, non-empty text. */
export function textField(fields: Fields, name: string): string {
  const value = fields[name];
  if (value === undefined || value === null || value === "") throw missingParameter(name);
  if (typeof value !== "string") throw invalidValue(name, value, "Must be a string");
  return value;
}

/** An integer within the bounds, both included; undefined when absent. */
export function integerField(
  fields: Fields,
  name: string,
  min: number,
  max: number,
): number | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > max) {
    throw invalidValue(name, value, `${name} must be an integer >= ${min} and <= ${max}`);
  }
  return value;
}

/** A list of texts; empty when absent. */
export function textsField(fields: Fields, name: string): readonly string[] {
  const value = fields[name] ?? [];
  if (!Array.isArray(value) || !value.every((each) => typeof each === "string")) {
    throw invalidValue(name, value, "Must be a list of strings");
  }
  return value;
}
