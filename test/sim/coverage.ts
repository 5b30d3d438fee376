import type { Play } from "./play.ts";
import { rowNames } from "./rows.ts";

/** What the plays of a session have covered. */
export class Coverage {
  readonly #rows = new Map<string, { done: number; refused: number }>();
  readonly #faults = new Map<string, number>();
  readonly #crashes = new Map<string, number>();
  #plays = 0;
  #calls = 0;

  /** Counts a play in. */
  add({ journal, faults }: Play): void {
    this.#plays += 1;
    this.#calls += journal.length;
    for (const { row, call } of journal) {
      const counts = this.#rows.get(row) ?? { done: 0, refused: 0 };
      this.#rows.set(row, counts);
      if (call.response.status === 200) counts.done += 1;
      else counts.refused += 1;
    }
    for (const { kind, row } of faults.hits) {
      count(this.#faults, kind);
      if (/^(?:crash|freeze)/.test(kind)) count(this.#crashes, `${kind} ${row}`);
    }
  }

  /** The rows that no call was of. */
  get missing(): string[] {
    return rowNames.filter((row) => !this.#rows.has(row));
  }

  /** What was covered, as text. */
  print(): string {
    const rows = rowNames.map((row) => {
      const { done = 0, refused = 0 } = this.#rows.get(row) ?? {};
      return `  ${row.padEnd(20)} ${String(done).padStart(8)} done ${String(refused).padStart(7)} refused`;
    });
    return [
      `${this.#plays} plays of ${this.#calls} calls`,
      "transitions and reads:",
      ...rows,
      `faults: ${printed(this.#faults)}`,
      `processes ended or frozen at: ${printed(this.#crashes)}`,
    ].join("\n");
  }
}

const count = (counts: Map<string, number>, name: string): void =>
  void counts.set(name, (counts.get(name) ?? 0) + 1);

const printed = (counts: ReadonlyMap<string, number>): string =>
  [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([name, times]) => `${name} ${times}`)
    .join(", ");
