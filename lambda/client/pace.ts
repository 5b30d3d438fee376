/** Runs that take longer are looked at less and less often anyway: knowing their time saves little. */
const SHORT_MS = 100;

/**
 * How long runs of each workflow have lately taken, as far as this client has seen: a run that will
 * take ten milliseconds is not worth five looks. Measured by this process's own clock, because a
 * worker's may differ by more than such a run takes.
 */
export class Pace {
  readonly #tookMs = new Map<string, number>();

  /** When a run of that workflow may first have finished, milliseconds after its start; 0 when unknown. */
  firstLookMs(workflow: string): number {
    const took = this.#tookMs.get(workflow) ?? 0;
    return took <= SHORT_MS ? took : 0;
  }

  /**
   * Learns from a run seen finished. Seen so at the first look, it may have taken less: the next first
   * look comes a little earlier. Else the time it was seen at is close, and counts for some of it, so
   * that the first look tends to the early end of what runs take.
   * @param seenMs when it was seen finished, milliseconds after its start
   * @param looks how many looks that took, 1 or more
   */
  learn(workflow: string, seenMs: number, looks: number): void {
    const before = this.#tookMs.get(workflow) ?? seenMs;
    const after =
      looks === 1 ? Math.min(before, seenMs) * (15 / 16) : before + (seenMs - before) / 16;
    this.#tookMs.set(workflow, after);
  }
}
