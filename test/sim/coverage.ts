import { isSweeper } from "./fault-plan.ts";
import type { Play } from "./play.ts";
import { rowNames } from "./rows.ts";

/** What was covered, as it passes from one process to another. */
export interface Covered {
  readonly plays: number;
  readonly calls: number;
  readonly rows: Readonly<Record<string, { readonly done: number; readonly refused: number }>>;
  readonly faults: Readonly<Record<string, number>>;
  readonly crashes: Readonly<Record<string, number>>;
}

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
    for (const { kind, row, process } of faults.hits) {
      count(this.#faults, kind);
      const who = isSweeper(process) ? "sweeper's " : "";
      if (/^(?:crash|freeze)/.test(kind)) count(this.#crashes, `${kind} ${who}${row}`);
    }
  }

  /** Counts in what others have covered. */
  merge({ plays, calls, rows, faults, crashes }: Covered): void {
    this.#plays += plays;
    this.#calls += calls;
    for (const [row, { done, refused }] of Object.entries(rows)) {
      const counts = this.#rows.get(row) ?? { done: 0, refused: 0 };
      this.#rows.set(row, { done: counts.done + done, refused: counts.refused + refused });
    }
    for (const [kind, times] of Object.entries(faults)) count(this.#faults, kind, times);
    for (const [kind, times] of Object.entries(crashes)) count(this.#crashes, kind, times);
  }

  /** All that was covered. */
  get covered(): Covered {
    return {
      plays: this.#plays,
      calls: this.#calls,
      rows: Object.fromEntries(this.#rows),
      faults: Object.fromEntries(this.#faults),
      crashes: Object.fromEntries(this.#crashes),
    };
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

const count = (counts: Map<string, number>, name: string, times = 1): void =>
  void counts.set(name, (counts.get(name) ?? 0) + times);

const printed = (counts: ReadonlyMap<string, number>): string =>
  [...counts]
    .sort(([a, aTimes], [b, bTimes]) => bTimes - aTimes || (a < b ? -1 : 1))
    .map(([name, times]) => `${name} ${times}`)
    .join(", ");
