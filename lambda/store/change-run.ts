import type { EpochMs } from "../core/clock.ts";
import { LIMITS } from "../core/limits.ts";
import { type Item, number, text } from "./attributes.ts";
import { type Meta, metaFrom, type RunReference } from "./meta.ts";
import { metaKey } from "./schema.ts";
import type { Table } from "./table.ts";

/** One way to change META, for some of the states it can be in. */
export interface Form {
  /** Holds in those states only. */
  readonly condition: string;
  /** Holds in this generation only: a late copy must not change a run that was resumed since. */
  readonly generation?: number;
  readonly set?: string;
  readonly remove?: string;
  readonly add?: string;
  /** What condition and update refer to; `:inc`, `:tx` and `:ofGen` are given. */
  readonly values: Item;
}

/** What became of META: changed by a form, left as it is because none is for it, or not there. */
export type Changed<F extends Form> =
  | { readonly outcome: "changed"; readonly form: F; readonly meta: Meta }
  | { readonly outcome: "left"; readonly meta: Meta }
  | { readonly outcome: "gone" };

/**
 * Changes a run on behalf of somebody who does not own it. Each form names the states it is for; one
 * that is refused is followed by the one for the state that refused it, until one holds or there is
 * none: two writes with a guess between them would miss what happens in between.
 *
 * No form holds for META as this change left it (`tx`): a repeated request whose first reply was
 * lost is refused, and recognised, instead of changing it twice.
 * @param first the form for the state that is likeliest
 * @param formFor the form for a state; must hold for it
 */
export async function changeRun<F extends Form>(
  table: Table,
  to: RunReference,
  tx: string,
  first: F,
  formFor: (meta: Meta) => F | undefined,
): Promise<Changed<F>> {
  const { pk, sk } = metaKey(to.id);
  let form = first;
  for (;;) {
    const { condition, generation, set, remove, add, values } = form;
    const isOfIts = generation === undefined ? "" : " AND #gen = :ofGen";
    const written = await table.update({
      key: { pk: text(pk), sk: text(sk) },
      update:
        `SET #tx = :tx${set === undefined ? "" : `, ${set}`}` +
        `${remove === undefined ? "" : ` REMOVE ${remove}`}${add === undefined ? "" : ` ADD ${add}`}`,
      condition: `attribute_exists(#pk) AND #inc = :inc AND #tx <> :tx${isOfIts} AND ${condition}`,
      values: {
        ":inc": text(to.incarnation),
        ":tx": text(tx),
        ...(generation !== undefined && { ":ofGen": number(generation) }),
        ...values,
      },
    });
    const meta = written.item && metaFrom(written.item);
    if (!meta || meta.incarnation !== to.incarnation) return { outcome: "gone" };
    if (written.ok || meta.tx === tx) return { outcome: "changed", form, meta };
    const next = formFor(meta);
    if (!next) return { outcome: "left", meta };
    form = next;
  }
}

/** Holds for a run that nothing will wake by now: a wake-up is never moved later. */
export const NOT_YET_DUE = "(attribute_not_exists(#dueAt) OR #dueAt > :now)";

/** Whether `NOT_YET_DUE` holds. */
export const isNotYetDue = ({ dueAt }: Meta, now: EpochMs): boolean =>
  dueAt === undefined || dueAt > now;

/** Makes a run due now, and looked at soon should its hint get lost; `wakeValues` go with it. */
export const WAKE = "#dueAt = :now, #checkAt = :check";

/** The values of `WAKE`. */
export const wakeValues = (now: EpochMs, deadline?: EpochMs): Item => ({
  ":now": number(now),
  ":check": number(firstCheckAt(now, deadline)),
});

/** When a run that is due now is looked at if nobody has claimed it: its deadline at the latest. */
export const firstCheckAt = (now: EpochMs, deadline: EpochMs | undefined): EpochMs =>
  Math.min(now + LIMITS.checkAfterMs, deadline ?? Number.POSITIVE_INFINITY);
