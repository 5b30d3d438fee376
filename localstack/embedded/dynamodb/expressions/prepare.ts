import { AwsError } from "../../aws-error.ts";
import { validationError } from "../errors.ts";
import type { Action, Condition, Projection, ValueCheck } from "./ast.ts";
import { type KeyTerm, parseKeyCondition } from "./key-condition.ts";
import { parseCondition } from "./parse-condition.ts";
import { parseUpdate } from "./parse-update.ts";
import { parseProjection, projectionOf } from "./projection.ts";
import { type Names, Reader } from "./reader.ts";

/** The members of a request that hold expressions, and their names. */
export interface ExpressionTexts {
  readonly ConditionExpression?: string | undefined;
  readonly UpdateExpression?: string | undefined;
  readonly FilterExpression?: string | undefined;
  readonly ProjectionExpression?: string | undefined;
  readonly KeyConditionExpression?: string | undefined;
  readonly ExpressionAttributeNames?: Readonly<Record<string, unknown>> | undefined;
}

/** A request's expressions, parsed; the same texts and names give the same object again. */
export interface Prepared {
  readonly condition: Condition | undefined;
  readonly update: Update | undefined;
  readonly filter: Filter | undefined;
  readonly projection: ProjectionPlan | undefined;
  readonly keyTerms: readonly KeyTerm[] | undefined;
  /** Placeholders of values, each with the member of the request that uses it. */
  readonly valueNames: ReadonlyMap<string, string>;
  readonly checks: readonly ValueCheck[];
}

/** An UpdateExpression, parsed. */
export interface Update {
  readonly actions: readonly Action[];
  readonly attributes: ReadonlySet<string>;
  /** The part of an item that the update writes. */
  readonly target: Projection;
}

/** A FilterExpression, parsed. */
interface Filter {
  readonly condition: Condition;
  readonly attributes: ReadonlySet<string>;
}

/** A ProjectionExpression, parsed. */
interface ProjectionPlan {
  readonly projection: Projection;
  readonly attributes: ReadonlySet<string>;
}

/** Parses the expressions of requests, and remembers the most recent ones. */
export type Prepare = (texts: ExpressionTexts) => Prepared;

/** Names of the members of {@link ExpressionTexts} that are expressions. */
type Parameter = Exclude<keyof ExpressionTexts, "ExpressionAttributeNames">;

/**
 * Makes a parser that remembers as many distinct requests as `capacity` says (1,000 by default);
 * the oldest are forgotten first. Parsing throws `ValidationException`; refusals are not remembered.
 */
export function createPrepare(capacity = 1000): Prepare {
  const known = new Map<string, Prepared>();
  return (texts) => {
    const key = cacheKey(texts);
    let prepared = known.get(key);
    if (!prepared) {
      prepared = parseAll(texts);
      if (known.size >= capacity) known.delete(known.keys().next().value ?? "");
      known.set(key, prepared);
    }
    return prepared;
  };
}

/** Tells what is empty from what is absent: that is refused, and must not pass for a request known. */
function cacheKey(texts: ExpressionTexts): string {
  const names = texts.ExpressionAttributeNames;
  let key =
    keyPart(texts.ConditionExpression) +
    keyPart(texts.UpdateExpression) +
    keyPart(texts.FilterExpression) +
    keyPart(texts.ProjectionExpression) +
    keyPart(texts.KeyConditionExpression) +
    (names ? "#" : "");
  for (const placeholder in names) {
    const name = String(names[placeholder]);
    key += `\0${placeholder}${name.length}:${name}`;
  }
  return key;
}

const keyPart = (text: string | undefined): string =>
  text === undefined ? "-" : `${text.length}:${text}`;

function parseAll(texts: ExpressionTexts): Prepared {
  const names = checkNames(texts.ExpressionAttributeNames);
  const readers: Reader[] = [];
  const read = <T>(parameter: Parameter, parse: (reader: Reader) => T): T | undefined => {
    const text = texts[parameter];
    if (text === undefined) return undefined;
    const reader = new Reader(parameter, text, names);
    readers.push(reader);
    return parse(reader);
  };
  const parsed = {
    keyTerms: read("KeyConditionExpression", parseKeyCondition),
    condition: read("ConditionExpression", parseCondition),
    update: read("UpdateExpression", readUpdate),
    filter: read("FilterExpression", readFilter),
    projection: read("ProjectionExpression", readProjection),
  };
  demandUsed(names, readers, texts.ExpressionAttributeNames !== undefined);
  const valueNames = new Map<string, string>();
  for (const { usedValues, parameter } of readers) {
    for (const name of usedValues) valueNames.set(name, parameter);
  }
  return { ...parsed, valueNames, checks: readers.flatMap(({ checks }) => checks) };
}

function readUpdate(reader: Reader): Update {
  const actions = parseUpdate(reader);
  return {
    actions,
    attributes: new Set(actions.map(({ path }) => path.name)),
    target: projectionOf(actions.map(({ path }) => path)),
  };
}

function readFilter(reader: Reader): Filter {
  return { condition: parseCondition(reader), attributes: reader.attributes };
}

function readProjection(reader: Reader): ProjectionPlan {
  return { projection: parseProjection(reader), attributes: reader.attributes };
}

function checkNames(given: ExpressionTexts["ExpressionAttributeNames"] = {}): Names {
  const names: Record<string, string> = {};
  for (const [placeholder, name] of Object.entries(given)) {
    if (typeof name !== "string" || name === "") {
      throw new AwsError(
        name === "" ? "ValidationException" : "SerializationException",
        `ExpressionAttributeNames contains invalid value: ${JSON.stringify(name)} for key ` +
          `${placeholder}; an attribute's name is a string that is not empty`,
      );
    }
    names[placeholder] = name;
  }
  return names;
}

function demandUsed(names: Names, readers: readonly Reader[], isGiven: boolean): void {
  if (!isGiven) return;
  if (readers.length === 0) throw withoutExpression("ExpressionAttributeNames");
  const unused = Object.keys(names).filter(
    (placeholder) => !readers.some(({ usedNames }) => usedNames.has(placeholder)),
  );
  if (unused.length > 0) throw unusedPlaceholders("ExpressionAttributeNames", unused);
  if (Object.keys(names).length === 0) {
    throw validationError("ExpressionAttributeNames must not be empty");
  }
}

/** Names or values were given that no expression refers to. */
export function unusedPlaceholders(member: string, placeholders: readonly string[]): AwsError {
  return validationError(
    `Value provided in ${member} unused in expressions: keys: {${placeholders.join(", ")}}`,
  );
}

/** Names or values were given, but no expression. */
export function withoutExpression(member: string): AwsError {
  return validationError(`${member} can only be specified when using expressions`);
}
