import { attributeOf, type AttributeValue, type Item, setAttribute } from "../item.ts";
import type { Path, Projection } from "./ast.ts";
import { demandApart } from "./parse-update.ts";
import type { Reader } from "./reader.ts";

/**
 * Parses a ProjectionExpression: paths with commas between them.
 *
 * @throws AwsError `ValidationException` naming what is wrong and where
 */
export function parseProjection(reader: Reader): Projection {
  const paths = [reader.path()];
  while (reader.accept(",")) paths.push(reader.path());
  reader.expectEnd();
  demandApart(reader, paths);
  return projectionOf(paths);
}

/** The projection onto some paths, none of which lies within another. */
export function projectionOf(paths: readonly Path[]): Projection {
  const root = new Map<string | number, Projection>();
  for (const { name, rest } of paths) addSteps(root, name, rest);
  return root;
}

function addSteps(
  node: Map<string | number, Projection>,
  step: string | number,
  rest: readonly (string | number)[],
): void {
  const [next, ...further] = rest;
  if (next === undefined) {
    node.set(step, "all");
    return;
  }
  const known = node.get(step);
  const child = known instanceof Map ? known : new Map<string | number, Projection>();
  node.set(step, child);
  addSteps(child, next, further);
}

/**
 * The parts of an item that a projection keeps. Elements of a list close up, in their old order;
 * maps and lists of which nothing is kept are left out.
 */
export function project(item: Item, projection: Projection): Item {
  if (projection === "all") return item;
  const kept: Record<string, AttributeValue> = {};
  for (const [step, inner] of projection) {
    const value = typeof step === "string" ? attributeOf(item, step) : undefined;
    const part = value && projectValue(value, inner);
    if (part) setAttribute(kept, String(step), part);
  }
  return kept;
}

function projectValue(value: AttributeValue, projection: Projection): AttributeValue | undefined {
  if (projection === "all") return value;
  if (value.M) {
    const M = project(value.M, projection);
    return Object.keys(M).length > 0 ? { M } : undefined;
  }
  if (!value.L) return undefined;
  const L: AttributeValue[] = [];
  for (const [at, element] of value.L.entries()) {
    const inner = projection.get(at);
    const part = inner && projectValue(element, inner);
    if (part) L.push(part);
  }
  return L.length > 0 ? { L } : undefined;
}
