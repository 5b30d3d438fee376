import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { type Item, number, text } from "./attributes.ts";
import { type Meta, metaFrom } from "./meta.ts";
import { metaKey } from "./schema.ts";
import type { Table } from "./table.ts";

/** What an owner names itself by in each of its writes. */
export interface Ownership {
  readonly id: string;
  readonly incarnation: string;
  readonly generation: number;
  readonly epoch: number;
  readonly owner: string;
}

/** Outcome of an owner's META write: done, refused but still the owner, or no longer the owner. */
export type OwnedWrite =
  | { readonly outcome: "done"; readonly meta: Meta }
  | { readonly outcome: "refused"; readonly meta: Meta }
  | { readonly outcome: "lost" };

/** "mine" of the protocol, with the guards every META update has. */
const MINE =
  "attribute_exists(#pk) AND #inc = :inc AND #gen = :gen AND #epoch = :epoch AND #owner = :owner";

/**
 * An update of META that only the present owner can make. `update` must not set `tx`: this does,
 * and recognises by it a write of one's own whose reply was lost.
 */
export async function updateOwned(
  table: Table,
  me: Ownership,
  tx: string,
  change: { readonly set: string; readonly remove?: string; readonly condition?: string },
  values: Readonly<Record<string, AttributeValue>>,
): Promise<OwnedWrite> {
  const { pk, sk } = metaKey(me.id);
  const written = await table.update({
    key: { pk: text(pk), sk: text(sk) },
    update: `SET #tx = :tx, ${change.set}${change.remove ? ` REMOVE ${change.remove}` : ""}`,
    condition: change.condition ? `${MINE} AND ${change.condition}` : MINE,
    values: { ...ownerValues(me), ":tx": text(tx), ...values },
  });
  const meta = written.item && metaFrom(written.item);
  if (meta && (written.ok || meta.tx === tx)) return { outcome: "done", meta };
  if (meta && isMine(meta, me)) return { outcome: "refused", meta };
  return { outcome: "lost" };
}

/** Whether that owner has the run; the epoch alone does not tell: a run started anew counts from one again. */
export const isMine = (meta: Meta, me: Ownership): boolean =>
  meta.incarnation === me.incarnation &&
  meta.generation === me.generation &&
  meta.epoch === me.epoch &&
  meta.owner === me.owner;

const ownerValues = (me: Ownership): Item => ({
  ":inc": text(me.incarnation),
  ":gen": number(me.generation),
  ":epoch": number(me.epoch),
  ":owner": text(me.owner),
});
