import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { EpochMs } from "../core/clock.ts";
import { number, optionalNumber, requiredText, text } from "./attributes.ts";
import {
  isReference,
  type PartsReference,
  type StoredValue,
  valueAttribute,
  valueFromAttribute,
} from "./values.ts";

/** A message in a run's mailbox, which is part of its META. */
export interface Message {
  /** Tells copies of one send apart from two sends. */
  readonly id: string;
  /** Name of the event, or key of the operation that a token belongs to. */
  readonly name: string;
  readonly value: StoredValue;
  readonly sentAt: EpochMs;
}

/**
 * Messages moved out of META in the order of arrival: a value in parts, written once and never
 * changed. It counts only while META names it, so one that no write of META came to name is nothing.
 */
export type Page = PartsReference;

/** Pages as the list `spilled`. */
export const pagesAttribute = (pages: readonly Page[]): AttributeValue => ({
  L: pages.map(valueAttribute),
});

/** Reads the list `spilled`, oldest messages first; empty when there is none. */
export const pagesFrom = (attribute: AttributeValue | undefined, owner: string): Page[] =>
  (attribute?.L ?? []).flatMap((entry) => {
    const page = valueFromAttribute(entry, owner);
    return page !== undefined && isReference(page) ? [page] : [];
  });

/** What META holds of a mailbox once what was consumed is dropped. */
export interface MailboxLeft {
  readonly box: readonly Message[];
  /** Pages that hold something open, or are not read. */
  readonly spilled: readonly Page[];
  /** Whether META need not remember any more what the rounds before have taken. */
  readonly isPastOver?: boolean;
}

/** A message as an entry of the list `box`. */
export const messageAttribute = ({ id, name, value, sentAt }: Message): AttributeValue => ({
  M: { i: text(id), n: text(name), v: valueAttribute(value), t: number(sentAt) },
});

/** Reads the list `box` of an incarnation, oldest first; empty when there is none. */
export const messagesFrom = (attribute: AttributeValue | undefined, owner: string): Message[] =>
  (attribute?.L ?? []).map(({ M = {} }) => ({
    id: requiredText(M, "i"),
    name: requiredText(M, "n"),
    value: valueFromAttribute(M["v"], owner) ?? "",
    sentAt: optionalNumber(M, "t") ?? 0,
  }));

/** A message that was taken, and when; remembered while a copy of it may be on its way. */
export interface TakenMessage {
  readonly id: string;
  readonly at: EpochMs;
}

/** A taken message as an entry of the set `past`. */
export const takenText = ({ id, at }: TakenMessage): string => `${at} ${id}`;

/** Reads what `takenText` wrote. */
export const takenFrom = (entries: readonly string[]): TakenMessage[] =>
  entries.map((entry) => {
    const space = entry.indexOf(" ");
    return { at: Number(entry.slice(0, space)), id: entry.slice(space + 1) };
  });
