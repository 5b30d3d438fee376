import type { Entry } from "./search-index.ts";

/** A request that the API answers with status 400. */
export class BadRequestError extends Error {
  override readonly name = "BadRequestError";
}

/** Decides whether an entry may be among the hits. */
export type Filter = (entry: Entry) => boolean;

/** Every alternative of at least one group member: AND of the outer, OR of the inner lists. */
type Conjunction = readonly (readonly string[])[];

/**
 * Reads a `tags` parameter: `story,author_x` means both, `(story,comment)` either; a leading `-`
 * excludes. Tags nobody has are fine and match nothing.
 *
 * @throws BadRequestError when the brackets do not pair up.
 */
export function parseTags(text: string): Filter {
  const groups = parseConjunction("tags", text);
  return ({ tags }) =>
    groups.every((group) =>
      group.some((tag) =>
        tag.startsWith("-") ? !tags.includes(tag.slice(1)) : tags.includes(tag),
      ),
    );
}

const NUMERIC = {
  created_at_i: ({ item }: Entry) => item.createdAt,
  points: ({ item }: Entry) => (item.kind === "story" ? item.points : undefined),
  num_comments: ({ commentCount }: Entry) => commentCount,
  story_id: ({ item }: Entry) => (item.kind === "story" ? item.id : item.story.id),
  parent_id: ({ item }: Entry) => (item.kind === "comment" ? item.parent.id : undefined),
} as const;

const COMPARISONS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  "=": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  ">=": (a, b) => a >= b,
  ">": (a, b) => a > b,
};

/**
 * Reads a `numericFilters` parameter: `points>=50,created_at_i<1700000000` means both,
 * `(points>50,num_comments>50)` either. An entry without the attribute (a comment has no points)
 * matches none.
 *
 * @throws BadRequestError when a condition cannot be read or names an attribute that has no numbers.
 */
export function parseNumericFilters(text: string): Filter {
  const groups = parseConjunction("numericFilters", text).map((group) => group.map(parseCondition));
  return (entry) => groups.every((group) => group.some((condition) => condition(entry)));
}

function parseCondition(text: string): Filter {
  const match = /^(?<attribute>\w+)\s*(?<sign><=|>=|!=|<|>|=)\s*(?<value>-?\d+(?:\.\d+)?)$/u.exec(
    text,
  );
  const attribute = match?.groups?.["attribute"] ?? "";
  const compare = COMPARISONS[match?.groups?.["sign"] ?? ""];
  if (!isNumeric(attribute) || compare === undefined) {
    throw new BadRequestError(
      `invalid numericFilters: "${text}" is not ATTRIBUTE, one of < <= = != >= >, and a number, ` +
        `with an attribute of ${Object.keys(NUMERIC).join(", ")}`,
    );
  }
  const wanted = Number(match?.groups?.["value"]);
  return (entry) => {
    const value = NUMERIC[attribute](entry);
    return value !== undefined && compare(value, wanted);
  };
}

function isNumeric(name: string): name is keyof typeof NUMERIC {
  return Object.hasOwn(NUMERIC, name);
}

function parseConjunction(parameter: string, text: string): Conjunction {
  const groups: string[][] = [];
  for (const part of text.match(/\([^()]*\)|[^,()]+|[()]/gu) ?? []) {
    if (part === "(" || part === ")") {
      throw new BadRequestError(`invalid ${parameter}: a bracket has no partner in "${text}"`);
    }
    const names = part.replaceAll(/[()]/gu, "").split(",");
    const group = names.map((name) => name.trim()).filter((name) => name !== "");
    if (group.length > 0) {
      groups.push(group);
    }
  }
  return groups;
}
