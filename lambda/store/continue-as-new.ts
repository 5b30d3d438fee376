import type { EpochMs } from "../core/clock.ts";
import { number, text } from "./attributes.ts";
import { boxChange } from "./hold-run.ts";
import { type MailboxLeft, type TakenMessage, takenText } from "./mailbox.ts";
import { type OwnedWrite, type Ownership, updateOwned } from "./owned.ts";
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
  readonly past: readonly TakenMessage[];
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
  const change = boxChange(left);
  const remove = ["#activity", "#quorum", "#unmarked", "#former", "#tokens", ...change.remove];
  if (past.length === 0) remove.push("#past");
  return updateOwned(
    table,
    me,
    tx,
    {
      set:
        "#gen = #gen + :one, #round = #round + :one, #roundAt = :now, #input = :input, #hops = :zero, " +
        `#crashes = :zero, #mark = :zero${past.length === 0 ? "" : ", #past = :past"}${change.set}`,
      remove: remove.join(", "),
      condition: "#status = :running AND attribute_not_exists(#cancel) AND #wakeSeq = :seen",
    },
    {
      ":one": number(1),
      ":zero": number(0),
      ":now": number(now),
      ":input": valueAttribute(input),
      ":running": text("running"),
      ":seen": number(seenWakeSeq),
      ...(past.length > 0 && { ":past": { SS: [...new Set(past.map(takenText))] } }),
      ...change.values,
    },
  );
}
