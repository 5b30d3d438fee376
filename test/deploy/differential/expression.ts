import { namesIn } from "../../../lambda/store/expression.ts";
import type { AttributeValue } from "../../../localstack/embedded/dynamodb/item.ts";
import type { Members } from "../../../localstack/embedded/faults.ts";

/** An expression in which each `?` stands for the next of its values. */
export interface Expression {
  readonly text: string;
  readonly values: readonly AttributeValue[];
}

/** One expression of several, with the values of all. */
export const joined = (
  parts: readonly Expression[],
  write: (texts: readonly string[]) => string,
): Expression => ({
  text: write(parts.map((part) => part.text)),
  values: parts.flatMap((part) => part.values),
});

/** Expressions as the members of a request, with the names and the values that they use. */
export function expressionMembers(
  expressions: Readonly<Record<string, Expression | undefined>>,
): Members {
  const texts: Record<string, string> = {};
  const values: Record<string, AttributeValue> = {};
  let count = 0;
  for (const [member, expression] of Object.entries(expressions)) {
    if (!expression) continue;
    const given = expression.values.values();
    texts[member] = expression.text.replaceAll("?", () => {
      const placeholder = `:v${count++}`;
      values[placeholder] = given.next().value ?? {};
      return placeholder;
    });
  }
  const names = namesIn(Object.values(texts).join(" "));
  return {
    ...texts,
    ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
    ...(count > 0 && { ExpressionAttributeValues: values }),
  };
}
