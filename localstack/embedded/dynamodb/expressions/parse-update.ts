import { type Action, type Path, showPath, type UpdateOperand, type UpdateValue } from "./ast.ts";
import type { Reader } from "./reader.ts";

const SECTIONS = ["SET", "REMOVE", "ADD", "DELETE"] as const;
type Section = (typeof SECTIONS)[number];

/**
 * Parses an UpdateExpression: each section at most once, in any order. The actions come back in the
 * order in which they must be applied: positions of a list are those before the update, so elements
 * are added by ascending and removed by descending position.
 *
 * @throws AwsError `ValidationException` naming what is wrong and where
 */
export function parseUpdate(reader: Reader): Action[] {
  const seen = new Set<Section>();
  const actions: Action[] = [];
  while (reader.peek().kind !== "end") {
    const section = SECTIONS.find((word) => reader.acceptWord(word));
    if (!section) throw reader.syntaxError();
    if (seen.has(section)) {
      throw reader.error(`The "${section}" section can only be used once in an update expression;`);
    }
    seen.add(section);
    do actions.push(parseAction(reader, section));
    while (reader.accept(","));
  }
  demandApart(
    reader,
    actions.map(({ path }) => path),
  );
  return inOrder(actions);
}

/**
 * Makes sure that no path lies within another, and that none takes as a map what another takes as a
 * list.
 *
 * @throws AwsError `ValidationException` showing the two paths
 */
export function demandApart(reader: Reader, paths: readonly Path[]): void {
  for (const [at, one] of paths.entries()) {
    for (const two of paths.slice(at + 1)) {
      const problem = relation(one, two);
      if (!problem) continue;
      throw reader.error(
        `Two document paths ${problem} with each other; must remove or rewrite one of these ` +
          `paths; path one: ${showPath(one)}, path two: ${showPath(two)}`,
      );
    }
  }
}

function relation(one: Path, two: Path): "overlap" | "conflict" | undefined {
  if (one.name !== two.name) return undefined;
  const length = Math.min(one.rest.length, two.rest.length);
  for (let at = 0; at < length; at++) {
    if (typeof one.rest[at] !== typeof two.rest[at]) return "conflict";
    if (one.rest[at] !== two.rest[at]) return undefined;
  }
  return "overlap";
}

function inOrder(actions: readonly Action[]): Action[] {
  const removals = actions.filter(({ kind }) => kind === "REMOVE");
  const others = actions.filter(({ kind }) => kind !== "REMOVE");
  return [
    ...others.sort((a, b) => lastPosition(a) - lastPosition(b)),
    ...removals.sort((a, b) => lastPosition(b) - lastPosition(a)),
  ];
}

function lastPosition({ path }: Action): number {
  const last = path.rest.at(-1);
  return typeof last === "number" ? last : -1;
}

function parseAction(reader: Reader, section: Section): Action {
  const path = reader.path();
  reader.countOperator();
  if (section === "REMOVE") return { kind: section, path };
  if (section === "SET") {
    reader.expect("=");
    return { kind: section, path, value: parseValue(reader) };
  }
  const value = reader.value();
  const sets = ["SS", "NS", "BS"] as const;
  reader.demandType(value, section, section === "ADD" ? ["N", ...sets] : sets);
  return { kind: section, path, value };
}

function parseValue(reader: Reader): UpdateValue {
  const left = parseOperand(reader);
  const operator = (["+", "-"] as const).find((symbol) => reader.accept(symbol));
  if (!operator) return left;
  reader.countOperator();
  const right = parseOperand(reader);
  reader.demandType(left, operator, ["N"]);
  reader.demandType(right, operator, ["N"]);
  return { kind: "sum", operator, left, right };
}

function parseOperand(reader: Reader): UpdateOperand {
  if (reader.isCall()) return parseFunction(reader);
  return reader.isPath() ? { kind: "path", path: reader.path() } : reader.value();
}

function parseFunction(reader: Reader): UpdateOperand {
  const kind = reader.take().text;
  if (kind !== "if_not_exists" && kind !== "list_append") {
    throw reader.error(`Invalid function name; function: ${kind}`);
  }
  reader.countOperator();
  reader.expect("(");
  const first = parseOperand(reader);
  reader.expect(",");
  const second = parseOperand(reader);
  reader.expect(")");
  if (kind === "list_append") {
    reader.demandType(first, kind, ["L"]);
    reader.demandType(second, kind, ["L"]);
    return { kind, first, second };
  }
  if (first.kind !== "path") {
    throw reader.error(
      `Operator or function requires a document path; operator or function: ${kind}`,
    );
  }
  return { kind, path: first.path, fallback: second };
}
