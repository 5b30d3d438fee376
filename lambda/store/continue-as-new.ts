import type { EpochMs } from "../core/clock.ts";
import { number, text } from "./attributes.ts";
import { boxChange } from "./hold-run.ts";
import type { MailboxLeft } from "./mailbox.ts";
import { type OwnedWrite, type Ownership, updateOwned } from "./owned.ts";
import { type Past, pastChange } from "./past.ts";
import type { Table } from "./table.ts";
import { type StoredValue, valueAttribute } from "./values.ts";

/** The round that follows. */
export interface NextRound {
  readonly input: StoredValue;
  readonly now: EpochMs;
  /** Messages that the ended round has not taken. */
  readonly left: MailboxLeft;
  readonly seenWakeSeq: number;
  /** Messages taken lately, of which a copy may still be on its way. */
  readonly past: Past;
}

/**
 * Row 24: ends a round and begins the next one, with an empty history, under the same lease. Refused when
 * a message, a notice or a cancel request came that its owner has not seen. The input's hash stays that
 * of the start: a start repeated later is still the same start.
 */
export function continueAsNew(
  table: Table,
  me: Ownership,
  tx: string,
  { input, now, left, seenWakeSeq, past }: NextRound,
): Promise<OwnedWrite> {
  const box = boxChange(left);
  const taken = pastChange(past);
  const remove = ["#activity", "#quorum", "#unmarked", "#former", "#tokens"];
  return updateOwned(
    table,
    me,
    tx,
    {
      set:
        "#gen = #gen + :one, #round = #round + :one, #roundAt = :now, #input = :input, #hops = :zero, " +
        `#crashes = :zero, #mark = :zero${taken.set}${box.set}`,
      remove: [...remove, ...taken.remove, ...box.remove].join(", "),
      condition: "#status = :running AND attribute_not_exists(#cancel) AND #wakeSeq = :seen",
    },
    {
      ":one": number(1),
      ":zero": number(0),
      ":now": number(now),
      ":input": valueAttribute(input),
      ":running": text("running"),
      ":seen": number(seenWakeSeq),
      ...taken.values,
      ...box.values,
    },
  );
}
