import type { StandardSchemaV1 } from "@standard-schema/spec";
import { InvalidArgumentError, ValidationError, type ValidationIssue } from "./errors.ts";

/** Complaints that are spelled out in the message; more of them are in `issues`. */
const SHOWN = 5;
/** Complaints in `issues`: a value of millions of wrong parts has as many. */
const KEPT = 100;
/** Longest path or complaint, characters: it may quote a key of the value. */
const LENGTH_MAX = 500;

/**
 * Refuses what is no schema where one is declared: it would be found out with the first value.
 * @param what what has the schema, for the message: `event "approval"`
 * @param schema undefined when there is none
 * @throws InvalidArgumentError
 */
export function assertSchema(what: string, schema: unknown): void {
  if (schema === undefined) return;
  const isOne = (typeof schema === "object" && schema !== null) || typeof schema === "function";
  const { "~standard": standard } = (isOne ? schema : {}) as Partial<StandardSchemaV1>;
  if (typeof standard?.validate === "function") return;
  throw new InvalidArgumentError(
    `${what} needs a Standard Schema (zod 3.24 or newer, valibot, arktype); what it has gives no "~standard".validate`,
  );
}

/**
 * Checks a value against a schema of any library that follows Standard Schema (zod, valibot,
 * arktype; https://standardschema.dev) and returns what the schema makes of it.
 * @param what what the value is, for the message: `input of workflow "digest"`
 * @throws ValidationError with the schema's complaints
 */
export async function validate<Output>(
  schema: StandardSchemaV1<unknown, Output>,
  value: unknown,
  what: string,
): Promise<Output> {
  const result = await schema["~standard"].validate(value);
  if (!result.issues) return result.value;
  const issues = result.issues
    .slice(0, KEPT)
    .map(({ path = [], message }) => ({ path: cut(pathText(path)), message: cut(message) }));
  throw new ValidationError(`${what} is not valid: ${summary(issues, result.issues.length)}`, {
    issues,
  });
}

const cut = (text: string): string =>
  text.length > LENGTH_MAX ? `${text.slice(0, LENGTH_MAX)}…` : text;

/** A path as code would write it: `user.tags[0]["first name"]`. */
function pathText(path: readonly (PropertyKey | StandardSchemaV1.PathSegment)[]): string {
  return path
    .map((segment) => (typeof segment === "object" ? segment.key : segment))
    .map((key) => {
      if (typeof key === "number") return `[${key}]`;
      const name = String(key);
      return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)
        ? `.${name}`
        : `[${JSON.stringify(name)}]`;
    })
    .join("")
    .replace(/^\./, "");
}

function summary(issues: readonly ValidationIssue[], total: number): string {
  const lines = issues
    .slice(0, SHOWN)
    .map(({ path, message }) => (path === "" ? message : `${path}: ${message}`));
  const rest = total - lines.length;
  return lines.join("; ") + (rest > 0 ? `; and ${rest} more` : "");
}
