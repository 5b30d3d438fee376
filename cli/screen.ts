import type { Output } from "./host.ts";

/**
 * Everything a command says beside its result. On a terminal, the lines at the bottom can be
 * redrawn; what is said meanwhile scrolls up above them.
 */
export class Screen {
  readonly #output: Output;
  #frame: readonly string[] = [];

  constructor(output: Output) {
    this.#output = output;
  }

  /** Whether `show` draws anything. */
  get isLive(): boolean {
    return this.#output.isTTY;
  }

  /** Lines that `show` can draw without scrolling. */
  get rows(): number {
    return Math.max(5, (this.#output.rows || 24) - 1);
  }

  /** Prints a line, or several, for good. */
  say(text: string): void {
    this.#output.write(`${this.#erasure()}${text}\n${this.#drawing()}`);
  }

  /** Draws lines in place of those drawn before. Does nothing where nothing can be redrawn. */
  show(lines: readonly string[]): void {
    if (!this.isLive) return;
    const erasure = this.#erasure();
    this.#frame = lines;
    this.#output.write(erasure + this.#drawing());
  }

  /** Leaves what is drawn where it is: nothing redraws it from now on. */
  keep(): void {
    this.#frame = [];
  }

  #erasure(): string {
    return this.#frame.length === 0 ? "" : `\u001B[${this.#frame.length}A\u001B[0J`;
  }

  #drawing(): string {
    if (this.#frame.length === 0) return "";
    // Without automatic wrapping a line takes one row however wide the terminal holds its letters.
    return `\u001B[?7l${this.#frame.join("\n")}\n\u001B[?7h`;
  }
}
