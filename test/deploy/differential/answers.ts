import { isDeepStrictEqual } from "node:util";
import type { Members } from "../../../localstack/embedded/faults.ts";
import type { Answer } from "./stacks.ts";

/** Members that whoever answers draws or words anew. */
const OWN = new Set(["MessageId", "ReceiptHandle", "SenderId", "Message"]);
const TIME = /Timestamp$/;
const SET = /^[SNB]S$/;

/**
 * What of an answer must be the same in both: status, error and members. The wording of errors need not
 * be, ids and times cannot, and neither sets nor messages have an order.
 */
function comparable({ status, error, queryError, members }: Answer): unknown {
  // SQS had a protocol before JSON, and the SDK shows the codes of that one.
  return { status, error: queryError ?? error, members: normal(members) };
}

/** Whether two answers say the same. */
export const areSame = (one: Answer, other: Answer): boolean =>
  isDeepStrictEqual(comparable(one), comparable(other));

/** An answer in one line, as listed differences are written. */
export const shown = ({ error, message, members }: Answer): string =>
  `${error === undefined ? "OK" : `${error}: ${message}`} ${JSON.stringify(members)}`;

function normal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normal);
  if (!isMembers(value)) return value;
  const kept = Object.entries(value).filter(
    ([name, member]) => !OWN.has(name) && !(name === "Failed" && isEmptyList(member)),
  );
  return Object.fromEntries(kept.map(([name, member]) => [name, normalMember(name, member)]));
}

function normalMember(name: string, member: unknown): unknown {
  if (TIME.test(name)) return "a time";
  // Each says where it is reached.
  if (name === "QueueUrl") return new URL(String(member)).pathname;
  if (!Array.isArray(member)) return normal(member);
  if (SET.test(name)) return member.map(String).sort();
  return name === "Messages" ? member.filter(isMembers).sort(byBody).map(normal) : normal(member);
}

const isMembers = (value: unknown): value is Members =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

const byBody = (one: Members, other: Members): number =>
  String(one["Body"]) < String(other["Body"]) ? -1 : 1;
