import { tokenMessage } from "../../lambda/core/token.ts";
import type { RecordedToken } from "../../lambda/core/token.ts";
import type { Item } from "../../lambda/store/attributes.ts";
import { isGivenUp, resultOf } from "./given-up.ts";
import { type Mirror, type MirroredOperation, numberOf, textOf } from "./mirror.ts";

/** Key of what waits for a token is the token's with this behind it. */
const RESULT = "/@result";

/** A recorded wait for a message that has not ended. */
export interface OpenWait {
  readonly key: string;
  /** Name of the messages it takes. */
  readonly name: string;
  /** The token that it waits for, if it is one's. */
  readonly token: string | undefined;
  readonly isTimed: boolean;
}

type Operations = ReadonlyMap<string, MirroredOperation>;

/** The waits for messages of a run that are recorded and have neither ended nor been given up. */
export function openWaits(mirror: Mirror, meta: Item): OpenWait[] {
  const operations = mirror.operationsOf(meta);
  return [...operations.values()].flatMap(({ item, key }) => {
    if (textOf(item, "k") !== "wait" || textOf(item, "s") !== "waiting") return [];
    if (isGivenUp(operations, key)) return [];
    const token = tokenOfWait(operations, key);
    return [{ key, name: nameOfWait(operations, key), token, isTimed: item["u"] !== undefined }];
  });
}

/** The name of the messages that the wait of that key takes. */
export function nameOfWait(operations: Operations, key: string): string {
  const token = tokenOfWait(operations, key);
  return token === undefined ? lastName(key) : tokenMessage(token);
}

/** The name in an operation's key. */
export const lastName = (key: string): string =>
  key.slice(key.lastIndexOf("/") + 1).replace(/#\d+$/, "");

function tokenOfWait(operations: Operations, key: string): string | undefined {
  if (!key.endsWith(RESULT)) return undefined;
  const drawn = operations.get(key.slice(0, -RESULT.length));
  return (drawn && (resultOf(drawn.item) as RecordedToken))?.token;
}

/** Whether a run does nothing until somebody wakes it. */
export const isDormant = (meta: Item): boolean =>
  textOf(meta, "status") === "waiting" && numberOf(meta, "dueAt") === undefined;
