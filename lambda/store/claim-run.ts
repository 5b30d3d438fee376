import type { EpochMs } from "../core/clock.ts";
import { type Item, number, text } from "./attributes.ts";
import { type Meta, metaFrom } from "./meta.ts";
import { metaKey } from "./schema.ts";
import type { Table, Written } from "./table.ts";

/** Who claims, until when, and with which code. */
export interface ClaimRequest {
  readonly id: string;
  /** Nonce that names this owner. */
  readonly owner: string;
  /** SQS message id that brought it. */
  readonly message: string;
  readonly now: EpochMs;
  readonly leaseUntil: EpochMs;
  /** Names of the claimer's code, 1 to 99: a run blocked under one of them is not claimed. */
  readonly codes: readonly string[];
  /** Tells the claimer's bundle from others; not "*". */
  readonly bundle: string;
}

/** A run owned, as it stands after the claim. */
export interface Claimed {
  readonly meta: Meta;
  /** The last owner never gave it back: its pending operations must be marked first. */
  readonly isTakeover: boolean;
}

/** A claim's outcome: the run, or the item that refused (undefined: no such run). */
export type ClaimResult =
  | ({ readonly claimed: true } & Claimed)
  | { readonly claimed: false; readonly meta: Meta | undefined };

const claimable = (codes: readonly string[]): string =>
  `(#status IN (:queued, :running, :waiting) OR (#status = :blocked AND NOT #code IN (${codes.map((_, index) => `:code${index}`).join(", ")})))`;
const CLAIM =
  "SET #epoch = #epoch + :one, #owner = :owner, #ownerMsg = :message, #leaseUntil = :lease, " +
  "#status = :running, #hops = if_not_exists(#hops, :zero) + :one, #nudges = :zero, #tx = :owner, #bundle = :bundle";
/** No bundle's hash: of several former owners, not all have the same code. */
const MIXED = "*";
const CLEAR = " REMOVE #error, #attentionShard, #attentionAt, #quorum";

/**
 * Row 2. Two forms, since only one of them counts a crash: unowned and due, or owned with a lease
 * that has ended. Neither touches `checkAt`: a changed index key would cost two units.
 */
export async function claimRun(table: Table, request: ClaimRequest): Promise<ClaimResult> {
  const free = await tryClaim(
    table,
    request,
    `attribute_exists(#pk) AND ${claimable(request.codes)} AND attribute_not_exists(#owner) AND #dueAt <= :now`,
    CLAIM + CLEAR,
  );
  const first = outcome(free, request, false);
  if (first.claimed || !isAbandoned(first.meta, request.now)) return first;
  const over = await tryClaim(
    table,
    request,
    `attribute_exists(#pk) AND ${claimable(request.codes)} AND #owner = :seen AND #leaseUntil < :now`,
    `${CLAIM}, #crashes = if_not_exists(#crashes, :zero) + :one, #recoveries = if_not_exists(#recoveries, :zero) + :one, #unmarked = :one, #former = :former${CLEAR}`,
    {
      ":seen": text(first.meta?.owner ?? ""),
      ":former": text(formerBundle(first.meta)),
    },
  );
  return outcome(over, request, true);
}

/** The code that those run who may still be at work on a run that is taken over. */
function formerBundle(meta: Meta | undefined): string {
  const { bundle = "", formerBundle: before = bundle } = meta ?? {};
  return before === bundle ? bundle : MIXED;
}

const isAbandoned = (meta: Meta | undefined, now: EpochMs): boolean =>
  meta?.owner !== undefined && (meta.leaseUntil ?? 0) < now;

function tryClaim(
  table: Table,
  request: ClaimRequest,
  condition: string,
  update: string,
  more: Item = {},
) {
  const { pk, sk } = metaKey(request.id);
  return table.update({
    key: { pk: text(pk), sk: text(sk) },
    update,
    condition,
    values: {
      ":one": number(1),
      ":zero": number(0),
      ":owner": text(request.owner),
      ":message": text(request.message),
      ":now": number(request.now),
      ":lease": number(request.leaseUntil),
      ":queued": text("queued"),
      ":running": text("running"),
      ":waiting": text("waiting"),
      ":blocked": text("blocked"),
      ":bundle": text(request.bundle),
      ...more,
      ...Object.fromEntries(request.codes.map((code, index) => [`:code${index}`, text(code)])),
    },
  });
}

function outcome(write: Written, request: ClaimRequest, isTakeover: boolean): ClaimResult {
  const meta = write.item && metaFrom(write.item);
  // A taker may have given the run back before it marked anything: the former owner is at large.
  if (write.ok && meta) return { claimed: true, meta, isTakeover: isTakeover || meta.isUnmarked };
  // Refused by my own claim, whose reply was lost: whoever owned before is unknown, so it counts
  // as a takeover.
  if (meta?.owner === request.owner) return { claimed: true, meta, isTakeover: true };
  return { claimed: false, meta };
}
