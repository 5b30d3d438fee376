import type { Item } from "../../lambda/store/attributes.ts";
import { type Change, historyOf, type Mirror, numberOf } from "./mirror.ts";
import type { Trace } from "./trace.ts";

/** The traces of all executions, kept by the history that each of them was at. */
export class TraceBook {
  readonly traces = new Map<string, Trace[]>();
  readonly #mirror: Mirror;
  /** The history of each claim, by run, epoch and process. */
  readonly #claims = new Map<string, string>();

  constructor(mirror: Mirror) {
    this.#mirror = mirror;
  }

  /** The traces of a run's present history. */
  of(run: string): Trace[] {
    const meta = this.#mirror.metas.get(run);
    return (meta && this.traces.get(historyOf(meta))) ?? [];
  }

  /** Notes which history an owner is at, and that it has taken it from the former one. */
  changed({ after, pk, process, row }: Change): void {
    const isUndone = row === "block" || (row === "hand over" && after["unmarked"] !== undefined);
    if (isUndone) this.#forget(pk.slice("RUN#".length), after, process);
    const isClaim = row.startsWith("claim");
    if (!isClaim && row !== "continue as new") return;
    const history = historyOf(after);
    const run = pk.slice("RUN#".length);
    this.#claims.set(claimOf(run, numberOf(after, "epoch") ?? 0, process), history);
    if (!isClaim) return;
    for (const trace of this.traces.get(history) ?? []) trace.ownEvents ??= trace.events.length;
  }

  /**
   * What code saw that does not fit the history does not count; nor what a taker saw that gives the run back
   * before it has marked anything: it has done nothing.
   */
  #forget(run: string, meta: Item, process: string): void {
    const epoch = numberOf(meta, "epoch");
    const history = historyOf(meta);
    const others = this.of(run).filter(
      (one) => one.epoch !== epoch || one.process.name !== process,
    );
    this.traces.set(history, others);
  }

  /**
   * Takes a trace in that has just begun; what is wrong with it, if anything. A taker that reads the
   * history again has done nothing yet: what it saw before does not count.
   */
  begun(trace: Trace): string | undefined {
    const { epoch, process, round, run } = trace;
    const meta = this.#mirror.metas.get(run);
    const history = this.#claims.get(claimOf(run, epoch, process.name)) ?? "";
    const others = (this.traces.get(history) ?? []).filter(
      (one) => one.epoch !== epoch || one.process !== process,
    );
    this.traces.set(history, [...others, trace]);
    const isOwners = meta && numberOf(meta, "epoch") === epoch && historyOf(meta) === history;
    return isOwners && numberOf(meta, "round") !== round
      ? `${run} began round ${round} in its round ${numberOf(meta, "round")}`
      : undefined;
  }
}

const claimOf = (run: string, epoch: number, process: string): string =>
  `${run} ${epoch} ${process}`;
