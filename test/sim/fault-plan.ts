import type { Clock } from "../../lambda/core/clock.ts";
import type { ProcessFault } from "../../lambda/testing/faulty-handler.ts";
import type { Process } from "../../lambda/testing/process.ts";
import { seededRandom } from "../../lambda/testing/seeded-ids.ts";
import type { SenderPlan } from "../../lambda/testing/world-options.ts";
import { unreliableDelivery } from "../../localstack/embedded/sqs/delivery-plan.ts";
import type { CallFault, Fault, Freeze, SweeperFault, Target, Weather } from "./faults.ts";
import { INDEXED_ROWS } from "./rows.ts";

/** A frozen process thaws at the latest after this long, milliseconds. */
const THAW_MAX_MS = 5 * 60_000;
/** A process thaws this long after the call that it waits for has taken effect, milliseconds. */
const THAW_AFTER_MS = 1;

/** A fault that befell a call. */
export interface Hit {
  readonly kind: Fault["kind"];
  readonly row: string;
  readonly process: string;
}

/** Whether a process is the sweeper, or was. */
export const isSweeper = (process: string): boolean => process.startsWith("sweeper");

/** A call: its row, and the run that it is about. */
interface Befallen {
  readonly row: string;
  readonly run: () => string | undefined;
}

interface Frozen {
  readonly process: string;
  readonly row: string;
  /** The run that its rival must be at work on; undefined when any will do. */
  readonly run: string | undefined;
  left: number;
  readonly thaw: () => void;
}

/** Lets the faults of a scenario befall its calls. */
export class FaultPlan {
  readonly hits: Hit[] = [];
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #faults: readonly Fault[];
  readonly #seed: number;
  /** How many calls there were of a row; how many of them when another row first came. */
  readonly #rows = new Map<string, number>();
  readonly #firsts = new Map<string, ReadonlyMap<string, number>>();
  /** How many calls of a row the sweepers have made. */
  readonly #sweeperRows = new Map<string, number>();
  #frozen: Frozen[] = [];
  #isOver = false;

  constructor(faults: readonly Fault[], seed: number, clock: Clock) {
    this.#faults = faults;
    this.#seed = seed;
    this.#clock = clock;
    this.#startedAt = clock.now();
  }

  /** From now on nothing goes wrong any more. */
  end(): void {
    this.#isOver = true;
  }

  /** What befalls the n-th call of the workers. */
  befall(n: number, { row, run }: Befallen, process: Process): ProcessFault | undefined {
    if (!this.#firsts.has(row)) this.#firsts.set(row, new Map(this.#rows));
    this.#rows.set(row, (this.#rows.get(row) ?? 0) + 1);
    if (this.#isThrottled(row)) return this.#hit("throttled-period", row, process, "throttle");
    for (const fault of this.#faults) {
      if (!("at" in fault)) continue;
      if (!this.#isAt(fault.at, n, row)) continue;
      return this.#hit(fault.kind, row, process, this.#effect(fault, process, run));
    }
    return undefined;
  }

  /** What befalls a call of the client or the sweeper. */
  befallBystander(row: string, process: Process): ProcessFault | undefined {
    if (isSweeper(process.name)) this.#sweeperRows.set(row, (this.#sweeperRows.get(row) ?? 0) + 1);
    if (this.#isThrottled(row)) return this.#hit("throttled-period", row, process, "throttle");
    const fault = isSweeper(process.name) ? this.#sweeperFault(row) : undefined;
    return fault && this.#hit(fault.kind, row, process, effectOf(fault));
  }

  /** A call has taken effect: whoever waits for it thaws. */
  happened(process: string, { row, run }: Befallen): void {
    for (const frozen of this.#frozen) {
      if (frozen.process === process || frozen.row !== row) continue;
      if (frozen.run !== undefined && frozen.run !== run()) continue;
      frozen.left -= 1;
      if (frozen.left === 0) this.#clock.after(THAW_AFTER_MS, frozen.thaw);
    }
  }

  /** How far the clock of a process is off, milliseconds. */
  skewMs(process: string): number {
    const { ms } = this.#weather("skew") ?? { ms: 0 };
    const number = Number(process.split("-")[1] ?? 0);
    return Math.round((seededRandom(this.#seed * 31 + number)() - 0.5) * ms);
  }

  /** Milliseconds until the due index shows a change. */
  indexLagMs(index: string): number {
    return index === "due" ? (this.#weather("index-lag")?.ms ?? 0) : 0;
  }

  /** What becomes of the hints. */
  delivery(): SenderPlan {
    const odds = this.#weather("hints");
    const plan = unreliableDelivery(seededRandom(this.#seed * 17), odds ?? {});
    const isSweeperOnly = this.#weather("sweeper-only") !== undefined;
    const lost = this.#weather("lost-hint")?.nth;
    let sent = 0;
    return {
      copies: (body, sender) => {
        sent += 1;
        if (sent === lost) return [];
        if (isSweeperOnly && !isSweeper(sender)) return [];
        return plan.copies(body);
      },
      next: (visible) => plan.next(visible),
    };
  }

  #isAt(at: Target, n: number, row: string): boolean {
    if ("call" in at) return at.call === n;
    if (at.row !== row) return false;
    const before = at.after === undefined ? 0 : this.#firsts.get(at.after)?.get(row);
    const earlier = at.after !== undefined && !this.#firsts.has(at.after);
    return !earlier && (this.#rows.get(row) ?? 0) - (before ?? 0) === at.nth;
  }

  #sweeperFault(row: string): SweeperFault | undefined {
    return this.#faults.find((one): one is SweeperFault => {
      const at = "sweeperAt" in one ? one.sweeperAt : undefined;
      return at?.row === row && at.nth === this.#sweeperRows.get(row);
    });
  }

  #weather<K extends Weather["kind"]>(kind: K): Extract<Weather, { kind: K }> | undefined {
    return this.#faults.find((one): one is Extract<Weather, { kind: K }> => one.kind === kind);
  }

  #isThrottled(row: string): boolean {
    const period = this.#weather("throttled-period");
    if (!period || this.#isOver || (period.what === "index" && !INDEXED_ROWS.has(row)))
      return false;
    const passed = this.#clock.now() - this.#startedAt - period.fromMs;
    return passed >= 0 && passed < period.ms;
  }

  #hit<F>(kind: Fault["kind"], row: string, process: Process, effect: F): F {
    this.hits.push({ kind, row, process: process.name });
    return effect;
  }

  #effect(fault: CallFault | Freeze, process: Process, run: Befallen["run"]): ProcessFault {
    return fault.kind === "freeze"
      ? { freeze: fault.when, until: this.#until(fault, process, run) }
      : effectOf(fault);
  }

  #until({ until }: Freeze, { name }: Process, run: Befallen["run"]): Promise<void> {
    return new Promise((thaw) => {
      if ("ms" in until) return void this.#clock.after(until.ms, thaw);
      this.#clock.after(THAW_MAX_MS, thaw);
      const { row, nth: left, isOfRun } = until;
      this.#frozen.push({ process: name, row, run: isOfRun ? run() : undefined, left, thaw });
    });
  }
}

function effectOf({ kind, ms }: Pick<CallFault, "kind" | "ms">): ProcessFault {
  switch (kind) {
    case "slow":
      return { pauseMs: ms };
    case "late":
      return { lateMs: ms };
    case "lost-reply":
      return { noticedAfterMs: ms };
    case "crash-before":
    case "crash-after":
    case "throttle":
      return kind;
  }
}
