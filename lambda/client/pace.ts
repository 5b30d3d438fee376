/** Runs that take longer are looked at less and less often anyway: knowing their time saves little. */
const SHORT_MS = 100;

/** How much a time learnt moves with each run: to where six of ten have finished by then. */
const RISE = 1 + 0.6 / 64;
const FALL = 1 - 0.4 / 64;
/** Runs in a row that had finished by then after which they are taken to have become faster. */
const STREAK = 6;
const FAST_FALL = 7 / 8;

interface Learnt {
  /** When most runs have finished, milliseconds after their start. */
  readonly ms: number;
  /** Runs in a row that had finished by then. */
  readonly hits: number;
}

/**
 * How long runs of each workflow have lately taken, as far as this client has seen: a run that will
 * take ten milliseconds is not worth five looks, each of which takes time from it. Measured by this
 * process's own clock, because a worker's may differ by more than such a run takes.
 */
export class Pace {
  readonly #learnt = new Map<string, Learnt>();

  /** When a run of that workflow will rather have finished than not, milliseconds after its start; 0 when unknown. */
  firstLookMs(workflow: string): number {
    const { ms = 0 } = this.#learnt.get(workflow) ?? {};
    return ms <= SHORT_MS ? ms : 0;
  }

  /**
   * Learns from a run seen finished. Seen so at the first look, it may have taken less: the next first
   * look comes a little earlier, else a little later.
   * @param seenMs when it was seen finished, milliseconds after its start
   * @param looks how many looks that took, 1 or more
   */
  learn(workflow: string, seenMs: number, looks: number): void {
    const { ms, hits } = this.#learnt.get(workflow) ?? { ms: seenMs, hits: 0 };
    const isHit = looks === 1;
    const factor = isHit ? (hits >= STREAK ? FAST_FALL : FALL) : RISE;
    const next = isHit ? Math.min(ms, seenMs) * factor : Math.min(ms * factor, seenMs);
    this.#learnt.set(workflow, { ms: next, hits: isHit ? hits + 1 : 0 });
  }
}
