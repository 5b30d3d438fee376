import { InvalidArgumentError } from "../core/errors.ts";
import { assertName } from "../core/keys.ts";
import { shownArgument } from "../core/known-options.ts";
import { assertSchema } from "../core/schema-validation.ts";
import type { Schema } from "./workflow.ts";

/**
 * A kind of message that runs wait for.
 * @typeParam Given what senders give
 * @typeParam Value what the schema makes of it, and the run gets
 */
export interface Event<Given = unknown, Value = Given> {
  readonly name: string;
  /** Checks what is sent. Without it any value is taken. */
  readonly schema: Schema<Given, Value> | undefined;
}

/**
 * Declares an event, to be sent by `run.send(event, value)` and waited for in a workflow.
 *
 * A sender that has the event checks the value; the run that takes it applies the schema, whoever sent
 * it, so that what comes over HTTP by its name alone is checked, too.
 * @param name 1 to 100 bytes; stored with each message, so a rename orphans messages under way
 * @param schema checks the value
 * @throws InvalidArgumentError for a bad name, or what is no Standard Schema
 */
export function event<Given, Value>(
  name: string,
  schema: Schema<Given, Value>,
): Event<Given, Value>;
export function event<Value = unknown>(name: string): Event<Value>;
export function event(name: string, schema?: Schema): Event {
  assertName("event", name);
  assertSchema(`event "${name}"`, schema);
  return { name, schema };
}

/**
 * Refuses what is no event: its name alone, or nothing, as where imports go in a circle.
 * @param what what takes it, for the message: `waitFor`
 * @throws InvalidArgumentError
 */
export function assertEvent(what: string, given: unknown): void {
  if (typeof given === "object" && given !== null && "name" in given) return;
  throw new InvalidArgumentError(
    `${what} takes an event made by event(), and got ${shownArgument(given)}`,
  );
}
