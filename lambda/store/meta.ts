import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { EpochMs } from "../core/clock.ts";
import type { RunStatus } from "../core/status.ts";
import {
  type Item,
  optionalNumber,
  optionalText,
  requiredNumber,
  requiredText,
  textsFrom,
} from "./attributes.ts";
import {
  type Message,
  messagesFrom,
  type Page,
  pagesFrom,
  takenFrom,
  type TakenMessage,
} from "./mailbox.ts";
import { historyPk } from "./schema.ts";
import { type StoredValue, valueFromAttribute } from "./values.ts";

/** A run's META item. */
export interface Meta {
  readonly id: string;
  readonly incarnation: string;
  readonly generation: number;
  /** The generations that began as copies, each as `<generation>#<nonce of the copy>`. */
  readonly copies: readonly string[];
  readonly round: number;
  /** What random numbers are drawn from, when it is not the incarnation: that of the run it was forked from. */
  readonly seed: string | undefined;
  /** The run it was forked from, and where. */
  readonly forkedFrom: ForkOrigin | undefined;
  readonly workflow: string;
  readonly status: RunStatus;
  readonly epoch: number;
  readonly owner: string | undefined;
  /** The SQS message that brought the owner. */
  readonly ownerMessage: string | undefined;
  readonly leaseUntil: EpochMs | undefined;
  /** When the lease ends that it was terminated under: its owner may be at work until then. 0 when it had none. */
  readonly formerUntil: EpochMs | undefined;
  readonly dueAt: EpochMs | undefined;
  readonly checkAt: EpochMs | undefined;
  readonly wakeSeq: number;
  /** Messages sent into the run, in the order of arrival, as far as its owner has not dropped them. */
  readonly box: readonly Message[];
  /** Pages of messages older than those in the box, in order. */
  readonly spilled: readonly Page[];
  /** Messages that the rounds before have taken lately; in pages when they are many. */
  readonly past: readonly TakenMessage[];
  readonly pastPages: readonly Page[];
  /** Callback tokens of this round that were completed, as far as they must be told apart. */
  readonly usedTokens: readonly string[];
  readonly cancel: CancelRequest | undefined;
  /** Whether the owner is asked to release the run as paused. */
  readonly isPauseAsked: boolean;
  /** When the run is cancelled if it has not finished. */
  readonly deadline: EpochMs | undefined;
  /** The time it was given for itself, milliseconds, whatever its parent has; a resume or a fork begins it anew. */
  readonly timeLimitMs: number | undefined;
  /** Short texts by name, given at the start. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly parent: RunReference | undefined;
  /** The generation of its parent that gave it up, when it was put as cancelled instead of being started. */
  readonly givenUpBy: number | undefined;
  readonly waiters: readonly RunReference[];
  /** Duties left after the finish; empty when none. */
  readonly owed: readonly string[];
  readonly hops: number;
  readonly crashes: number;
  /** Claims in all over a lease that was never given back. */
  readonly recoveries: number;
  /** Bundle of the owner, or of the last one. */
  readonly bundle: string | undefined;
  /** The same of former owners that may still be at work; something else when they differ. */
  readonly formerBundle: string | undefined;
  /** Whether a taker has still to mark what a former owner may be at work on. */
  readonly isUnmarked: boolean;
  /** Progress at which hops and crashes were last reset. */
  readonly mark: number;
  readonly nudges: number;
  readonly inputHash: string;
  readonly input: StoredValue;
  readonly output: StoredValue | undefined;
  readonly error: StoredValue | undefined;
  /** Code that a blocked run was blocked under. */
  readonly code: string | undefined;
  readonly failedOperation: string | undefined;
  readonly startedAt: EpochMs;
  /** When the present round began. */
  readonly roundAt: EpochMs;
  readonly finishedAt: EpochMs | undefined;
  /** When it came to be failed or blocked, as it is now. */
  readonly attentionAt: EpochMs | undefined;
  /** When META expires, seconds since the epoch. */
  readonly ttl: number;
  /** When the history expires, seconds since the epoch. */
  readonly historyTtl: number;
  /** Nonce of the last write. */
  readonly tx: string;
  /** What the owner said it was doing at its last heartbeat. */
  readonly activity: readonly string[];
}

/** Where a fork comes from. */
export interface ForkOrigin extends RunReference {
  /** The operation it asks again first; undefined when nobody named one. */
  readonly key: string | undefined;
}

/** A request to cancel a run. */
export interface CancelRequest {
  /** Tells this request apart from any other. */
  readonly nonce: string;
  readonly reason: string;
  /** `timeout` when the run's deadline has passed. */
  readonly cause: "request" | "timeout";
}

/** A run as others name it: its id and which incarnation of it is meant. */
export interface RunReference {
  readonly id: string;
  readonly incarnation: string;
}

/** A reference as one string of the `waiters` set. */
export const referenceText = ({ id, incarnation }: RunReference): string => `${incarnation} ${id}`;

function referenceFrom(value: string): RunReference {
  const space = value.indexOf(" ");
  return { incarnation: value.slice(0, space), id: value.slice(space + 1) };
}

/** Partition of the run's present history. */
export const historyOf = ({
  incarnation,
  generation,
  copies,
}: Pick<Meta, "incarnation" | "generation" | "copies">): string => {
  const copy = copies.find((one) => one.startsWith(`${generation}#`));
  return historyPk(incarnation, generation, copy?.slice(copy.indexOf("#") + 1));
};

/** The id of the run whose META an item is, whatever else it holds. */
export const runIdFrom = (item: Item): string => requiredText(item, "pk").slice("RUN#".length);

/** Reads a META item. */
export function metaFrom(item: Item): Meta {
  const parent = optionalText(item, "parent");
  const incarnation = requiredText(item, "inc");
  return {
    id: runIdFrom(item),
    incarnation,
    generation: requiredNumber(item, "gen"),
    copies: item["copies"]?.SS ?? [],
    round: requiredNumber(item, "round"),
    seed: optionalText(item, "seed"),
    forkedFrom: originFrom(item["forkedFrom"]),
    workflow: requiredText(item, "workflow"),
    status: requiredText(item, "status") as RunStatus,
    epoch: requiredNumber(item, "epoch"),
    owner: optionalText(item, "owner"),
    ownerMessage: optionalText(item, "ownerMsg"),
    leaseUntil: optionalNumber(item, "leaseUntil"),
    formerUntil: optionalNumber(item, "formerUntil"),
    dueAt: optionalNumber(item, "dueAt"),
    checkAt: optionalNumber(item, "checkAt"),
    wakeSeq: requiredNumber(item, "wakeSeq"),
    box: messagesFrom(item["box"], incarnation),
    spilled: pagesFrom(item["spilled"], incarnation),
    past: takenFrom(item["past"]?.SS ?? []),
    pastPages: pagesFrom(item["pastPages"], incarnation),
    usedTokens: item["tokens"]?.SS ?? [],
    cancel: cancelFrom(item["cancel"]),
    isPauseAsked: item["pause"] !== undefined,
    deadline: optionalNumber(item, "deadline"),
    timeLimitMs: optionalNumber(item, "timeLimitMs"),
    attributes: textsFrom(item, "attributes"),
    parent: parent === undefined ? undefined : referenceFrom(parent),
    givenUpBy: optionalNumber(item, "givenUpBy"),
    waiters: (item["waiters"]?.SS ?? []).map(referenceFrom),
    owed: item["owed"]?.SS ?? [],
    hops: optionalNumber(item, "hops") ?? 0,
    crashes: optionalNumber(item, "crashes") ?? 0,
    recoveries: optionalNumber(item, "recoveries") ?? 0,
    bundle: optionalText(item, "bundle"),
    formerBundle: optionalText(item, "former"),
    isUnmarked: item["unmarked"] !== undefined,
    mark: optionalNumber(item, "mark") ?? 0,
    nudges: optionalNumber(item, "nudges") ?? 0,
    inputHash: requiredText(item, "inputHash"),
    input: valueFromAttribute(item["input"], incarnation) ?? "",
    output: valueFromAttribute(item["output"], incarnation),
    error: valueFromAttribute(item["error"], incarnation),
    code: optionalText(item, "code"),
    failedOperation: optionalText(item, "failedOp"),
    startedAt: requiredNumber(item, "startedAt"),
    roundAt: optionalNumber(item, "roundAt") ?? requiredNumber(item, "startedAt"),
    finishedAt: optionalNumber(item, "finishedAt"),
    attentionAt: optionalNumber(item, "attentionAt"),
    ttl: requiredNumber(item, "ttl"),
    historyTtl: requiredNumber(item, "histTtl"),
    tx: requiredText(item, "tx"),
    activity: (item["activity"]?.L ?? []).map((entry) => entry.S ?? ""),
  };
}

/** Whether a run was terminated and its owner, who hears of that at the next heartbeat only, may be at work on it. */
export const mayBeAtWork = ({ formerUntil = 0 }: Meta, now: EpochMs): boolean => formerUntil >= now;

function originFrom(attribute: AttributeValue | undefined): ForkOrigin | undefined {
  const map = attribute?.M;
  if (!map) return undefined;
  const key = optionalText(map, "key");
  return { id: requiredText(map, "id"), incarnation: requiredText(map, "inc"), key };
}

function cancelFrom(attribute: AttributeValue | undefined): CancelRequest | undefined {
  const map = attribute?.M;
  if (!map) return undefined;
  const cause = optionalText(map, "cause") === "timeout" ? "timeout" : "request";
  return { nonce: requiredText(map, "nonce"), reason: optionalText(map, "reason") ?? "", cause };
}

/** Whether the item has outlived its time to live: DynamoDB deletes such items days later. */
export const isExpired = (ttlSeconds: number, now: EpochMs): boolean => ttlSeconds * 1000 <= now;
