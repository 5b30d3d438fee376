import type { Item } from "../item.ts";

/** A document path with its names resolved: an attribute, then map keys and list positions. */
export interface Path {
  readonly name: string;
  readonly rest: readonly (string | number)[];
}

/** A path whose value is meant. */
interface PathOperand {
  readonly kind: "path";
  readonly path: Path;
}

/** A placeholder of `ExpressionAttributeValues`, with its colon. */
export interface ValueOperand {
  readonly kind: "value";
  readonly name: string;
}

/** What conditions compare. */
export type Operand = PathOperand | ValueOperand | { readonly kind: "size"; readonly of: Operand };

/** The comparison operators. */
export type Comparator = "=" | "<>" | "<" | "<=" | ">" | ">=";

/** A condition or filter. */
export type Condition =
  | { readonly kind: "and" | "or"; readonly left: Condition; readonly right: Condition }
  | { readonly kind: "not"; readonly condition: Condition }
  | Comparison
  | Between
  | { readonly kind: "in"; readonly operand: Operand; readonly candidates: readonly Operand[] }
  | { readonly kind: "exists"; readonly path: Path; readonly isWanted: boolean }
  | { readonly kind: "attribute_type"; readonly operand: Operand; readonly type: Operand }
  | BeginsWith
  | { readonly kind: "contains"; readonly operand: Operand; readonly member: Operand };

/** `left = right` and its like. */
interface Comparison {
  readonly kind: "compare";
  readonly operator: Comparator;
  readonly left: Operand;
  readonly right: Operand;
}

/** `operand BETWEEN low AND high`, both ends included. */
export interface Between {
  readonly kind: "between";
  readonly operand: Operand;
  readonly low: Operand;
  readonly high: Operand;
}

/** `begins_with(operand, prefix)`. */
interface BeginsWith {
  readonly kind: "begins_with";
  readonly operand: Operand;
  readonly prefix: Operand;
}

/** What an update computes with. */
export type UpdateOperand =
  | PathOperand
  | ValueOperand
  | { readonly kind: "if_not_exists"; readonly path: Path; readonly fallback: UpdateOperand }
  | { readonly kind: "list_append"; readonly first: UpdateOperand; readonly second: UpdateOperand };

/** The right side of a SET action. */
export type UpdateValue = UpdateOperand | Sum;

/** The sum or difference of two numbers. */
interface Sum {
  readonly kind: "sum";
  readonly operator: "+" | "-";
  readonly left: UpdateOperand;
  readonly right: UpdateOperand;
}

/** One action of an update. */
export type Action =
  | { readonly kind: "SET"; readonly path: Path; readonly value: UpdateValue }
  | { readonly kind: "REMOVE"; readonly path: Path }
  | { readonly kind: "ADD" | "DELETE"; readonly path: Path; readonly value: ValueOperand };

/** Which parts of an item to keep: all of it, or by map key and list position. */
export type Projection = "all" | ReadonlyMap<string | number, Projection>;

/** Judges the values given to an expression; returns what is wrong with them, if anything. */
export type ValueCheck = (values: Item) => string | undefined;

/** A path as error messages show it, as `[list, [0], key]`. */
export function showPath({ name, rest }: Path): string {
  return `[${[name, ...rest.map((step) => (typeof step === "number" ? `[${step}]` : step))].join(", ")}]`;
}
