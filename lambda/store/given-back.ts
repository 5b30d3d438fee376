import { decodeValue } from "../core/codec.ts";
import { nameIn } from "../core/keys.ts";
import { isTokenMessage, type RecordedToken, tokenKeyOf, tokenMessage } from "../core/token.ts";
import { copyMessage, type CopyPlace } from "./copy-history.ts";
import type { Message } from "./mailbox.ts";
import type { OperationRecord } from "./operation.ts";
import type { Table } from "./table.ts";
import { openValues } from "./values.ts";

/** A history, and what a copy keeps of it. */
export interface Cut {
  readonly records: readonly OperationRecord[];
  readonly kept: readonly OperationRecord[];
}

/**
 * What waits that are not kept had taken, in the order in which they did, as it was sent: nobody will send
 * it again. What had completed a token that is not kept either is not among it: nothing asks for that.
 */
export async function givenBack(table: Table, { records, kept }: Cut): Promise<Message[]> {
  const names = await openTokens(table, kept);
  const keys = new Set(kept.map(({ key }) => key));
  return records
    .filter(({ key }) => !keys.has(key))
    .sort((a, b) => (a.order ?? 0) - (b.order ?? 0))
    .flatMap(({ key, messageId: id, sent, result, endedAt: sentAt = 0 }) => {
      const tokenKey = tokenKeyOf(key);
      const name = tokenKey === undefined ? nameIn(key) : names.get(tokenKey);
      const value = sent ?? result;
      if (id === undefined || name === undefined || value === undefined) return [];
      return [{ id, name, value, sentAt }];
    });
}

/** Copies what has completed the tokens that a copy keeps without their completion, taken or not. */
export async function copyCompletions(
  table: Table,
  box: readonly Message[],
  { records, kept }: Cut,
  to: CopyPlace,
): Promise<Message[]> {
  const names = new Set((await openTokens(table, kept)).values());
  const taken = new Set(records.map(({ messageId }) => messageId));
  const back = (await givenBack(table, { records, kept })).filter(({ name }) =>
    isTokenMessage(name),
  );
  const open = box.filter(({ id, name }) => names.has(name) && !taken.has(id));
  return Promise.all([...back, ...open].map((one) => copyMessage(table, one, to)));
}

/** The names of the messages that complete the tokens among records whose completion is not, by token's key. */
async function openTokens(
  table: Table,
  kept: readonly OperationRecord[],
): Promise<ReadonlyMap<string, string>> {
  const values = openValues(table);
  const answered = new Set(kept.map(({ key }) => tokenKeyOf(key)));
  const names = new Map<string, string>();
  for (const { key, kind, result } of kept) {
    if (kind !== "token" || result === undefined || answered.has(key)) continue;
    const { token } = decodeValue(await values.fetch(result)) as RecordedToken;
    names.set(key, tokenMessage(token));
  }
  return names;
}
