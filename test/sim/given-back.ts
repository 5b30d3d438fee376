import { isTokenMessage, tokenKeyOf, tokenResultKey } from "../../lambda/core/token.ts";
import { type MirroredOperation, numberOf, textOf } from "./mirror.ts";
import { nameOfWait } from "./open-waits.ts";

/** A message that has got into a mailbox. */
export interface Sent {
  readonly id: string;
  readonly name: string;
  readonly value: string;
  /** Key of the operation that has taken it, with its history. */
  takenBy: string | undefined;
}

type Operations = ReadonlyMap<string, MirroredOperation>;

/** A history of a run, with its mailbox. */
interface Moment {
  readonly pk: string;
  readonly operations: Operations;
  readonly box: readonly Omit<Sent, "takenBy">[];
}

/** What is sent to a run once it is resumed, in the order in which it has to take it. */
interface GivenBack {
  readonly known: Map<string, Sent>;
  /** Ids of what its mailbox must hold. */
  readonly box: readonly string[];
}

/**
 * What a resumed run must have in its mailbox: first what only operations that it does not keep have taken,
 * as they took it, then what nobody had. What completed a token that it draws anew is gone.
 */
export function givenBack(sent: ReadonlyMap<string, Sent>, from: Moment, to: Moment): GivenBack {
  const takers = new Map([...to.operations.values()].map(({ key, item }) => [item["m"]?.S, key]));
  const known = new Map<string, Sent>();
  const back: { readonly message: Sent; readonly order: number }[] = [];
  for (const message of sent.values()) {
    const [history, sk = ""] = (message.takenBy ?? "").split(" ");
    const isOfOld = history === from.pk;
    const taker = takers.get(message.id);
    if (!isOfOld || taker !== undefined) {
      const takenBy = isOfOld ? `${to.pk} OP#${taker}` : message.takenBy;
      known.set(message.id, { ...message, takenBy });
      continue;
    }
    const key = sk.slice("OP#".length);
    const tokenKey = isTokenMessage(message.name) ? tokenKeyOf(key) : undefined;
    if (tokenKey !== undefined && !to.operations.has(tokenKey)) continue;
    const order = numberOf(from.operations.get(key)?.item, "o") ?? 0;
    back.push({ message: { ...message, takenBy: undefined }, order });
  }
  const first = back.sort((a, b) => a.order - b.order).map(({ message }) => message);
  const rest = from.box.filter(({ id }) => {
    const message = known.get(id);
    return message !== undefined && message.takenBy === undefined;
  });
  const box = [...first, ...rest].map(({ id }) => id);
  for (const message of first) known.set(message.id, message);
  // Those of one name are taken in the order of the mailbox from now on.
  for (const { id } of to.box) {
    const message = known.get(id);
    if (!message) continue;
    known.delete(id);
    known.set(id, message);
  }
  return { known, box };
}

/** Names of the messages that complete the tokens of a history whose completion it does not have. */
export const openTokens = (operations: Operations): Set<string> =>
  new Set(
    [...operations.values()]
      .filter(
        ({ item, key }) =>
          textOf(item, "k") === "token" &&
          textOf(item, "s") === "done" &&
          !operations.has(tokenResultKey(key)),
      )
      .map(({ key }) => nameOfWait(operations, tokenResultKey(key))),
  );

/** Whether two values are the same as far as they can be told: one of them may be kept in parts. */
export const isSameValue = (one: string, other: string): boolean =>
  one === other || [one, other].some((value) => value.startsWith('{"M"'));
