/** Tells those who wait that something has changed. */
export class Changes {
  #ring: () => void = () => undefined;
  #next = new Promise<void>((resolve) => (this.#ring = resolve));

  /** Resolves with the next change. */
  next(): Promise<void> {
    return this.#next;
  }

  /** Says that something has changed, or that it is worth a look. */
  ring(): void {
    const ring = this.#ring;
    this.#next = new Promise((resolve) => (this.#ring = resolve));
    ring();
  }
}
