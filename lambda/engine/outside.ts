import type { Clock } from "../core/clock.ts";
import type { TakenMessage } from "../store/mailbox.ts";
import type { CancelRequest, Meta } from "../store/meta.ts";
import { Mailbox } from "./mailbox.ts";

/**
 * What others have written into a run's META, as its owner last read it. `wakeSeq` is always the one
 * that came with the messages, and goes up with everything that may wake the run: a park conditional
 * on it cannot overlook what came later.
 */
export class Outside {
  readonly mailbox: Mailbox;
  wakeSeq: number;
  cancel: CancelRequest | undefined;
  isPauseAsked: boolean;
  /** Some child may have finished since the children's METAs were read. */
  areChildrenStale = true;
  /** Progress that META knows of. */
  mark: number;

  /** @param taken the messages that the history says were taken */
  constructor(meta: Meta, taken: readonly TakenMessage[], clock: Pick<Clock, "now">) {
    this.mailbox = new Mailbox(meta, taken, clock);
    this.wakeSeq = meta.wakeSeq;
    this.cancel = meta.cancel;
    this.isPauseAsked = meta.isPauseAsked;
    this.mark = meta.mark;
  }

  /** Takes in META as a later read, or the reply to a write, showed it; replies may overtake each other. */
  heard(meta: Meta): void {
    if (meta.wakeSeq < this.wakeSeq) return;
    this.areChildrenStale ||= meta.wakeSeq > this.wakeSeq;
    this.wakeSeq = meta.wakeSeq;
    // Without a wake-up in between they differ by what was consumed at most.
    this.mailbox.refresh(meta);
    this.cancel ??= meta.cancel;
    this.isPauseAsked = meta.isPauseAsked;
    this.mark = Math.max(this.mark, meta.mark);
  }
}
