import { decodeValue } from "../core/codec.ts";
import type { RecordedToken } from "../core/token.ts";
import type { OperationRecord } from "../store/operation.ts";
import type { Values } from "../store/values.ts";

/** What stands in place of a token's secret, which is as long. */
const HIDDEN = "0".repeat(43);

/**
 * Takes the secrets of a run's callback tokens out of a text: who is shown a history must not be able to
 * complete them. (Who reads the table itself can.) The rest of each token stays, so that the same one is the same again.
 */
export async function hiddenTokens(
  records: readonly OperationRecord[],
  values: Values,
): Promise<(text: string) => string> {
  const secrets = await Promise.all(
    records.flatMap(({ kind, result }) =>
      kind === "token" && result !== undefined
        ? [values.fetch(result).then((encoded) => secretOf(decodeValue(encoded) as RecordedToken))]
        : [],
    ),
  );
  return (text) => secrets.reduce((rest, secret) => rest.replaceAll(secret, HIDDEN), text);
}

const secretOf = ({ token }: RecordedToken): string => token.slice(token.lastIndexOf(".") + 1);
