import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { decodeValue } from "../../lambda/core/codec.ts";
import { isTokenMessage } from "../../lambda/core/token.ts";
import type { Item } from "../../lambda/store/attributes.ts";
import {
  type Message,
  messageAttribute,
  messagesFrom,
  type Page,
  pagesFrom,
} from "../../lambda/store/mailbox.ts";
import { PART_PREFIX } from "../../lambda/store/schema.ts";
import { historyOf, type Mirror, textOf } from "./mirror.ts";

/** A message of a mailbox, wherever it is kept. */
export interface Kept {
  readonly id: string;
  readonly name: string;
  /** Its value's attribute, as text. */
  readonly value: string;
}

/** The messages that META holds, after those in the pages that it names, as far as they are there. */
export function messagesOf(mirror: Mirror, meta: Item | undefined): Kept[] {
  if (!meta) return [];
  const present = historyOf(meta);
  const incarnation = textOf(meta, "inc") ?? "";
  const spilled = pagesFrom(meta["spilled"], incarnation).flatMap((page) => {
    const messages = contentOf(mirror, page);
    // What completed a token means nothing to the rounds that follow.
    return page.pk === present ? messages : messages.filter(({ name }) => !isTokenMessage(name));
  });
  return [...spilled, ...messagesFrom(meta["box"], incarnation)].map(keptFrom);
}

/** Those that no wait of the present history has taken: a page keeps what was taken until all of it is. */
export function openMessagesOf(mirror: Mirror, meta: Item): Kept[] {
  const operations = [...mirror.operationsOf(meta).values()];
  const taken = new Set(operations.map(({ item }) => textOf(item, "m")));
  return messagesOf(mirror, meta).filter(({ id }) => !taken.has(id));
}

const keptFrom = (message: Message): Kept => {
  const { id, name } = message;
  return { id, name, value: JSON.stringify(messageAttribute(message).M?.["v"]) };
};

const contentOf = (mirror: Mirror, page: Page): readonly Message[] =>
  (whole(mirror, page) ?? []) as readonly Message[];

/** The value of a message by its attribute, as text; undefined when parts of it are not there. */
export function valueOf(mirror: Mirror, attribute: string): unknown {
  const { S, B, M } = JSON.parse(attribute) as AttributeValue;
  if (S !== undefined) return decodeValue(S);
  if (B !== undefined) return decodeValue(Buffer.from(String(B), "base64"));
  const reference = {
    pk: M?.["p"]?.S ?? "",
    nonce: M?.["n"]?.S ?? "",
    parts: Number(M?.["c"]?.N),
    isText: M?.["t"]?.BOOL === true,
  };
  return whole(mirror, reference);
}

/** What is kept in parts, as far as all of them are there. */
function whole(
  mirror: Mirror,
  { pk, nonce, parts, isText }: Pick<Page, "pk" | "nonce" | "parts" | "isText">,
): unknown {
  const chunks = Array.from(
    { length: parts },
    (_, index) => mirror.part(pk, `${PART_PREFIX}${nonce}#${index}`)?.["v"]?.B,
  );
  if (chunks.some((chunk) => chunk === undefined)) return undefined;
  const bytes = Buffer.concat(chunks.map((chunk) => Buffer.from(String(chunk), "base64")));
  return decodeValue(isText ? bytes.toString("utf8") : bytes);
}
