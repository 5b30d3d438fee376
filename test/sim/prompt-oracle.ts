import { LIMITS } from "../../lambda/core/limits.ts";
import { isFinished, type RunStatus } from "../../lambda/core/status.ts";
import type { Item } from "../../lambda/store/attributes.ts";
import type { WatchedCall } from "../../lambda/testing/world-options.ts";
import { type Hit, isSweeper } from "./fault-plan.ts";
import { type Change, numberOf, textOf } from "./mirror.ts";
import type { Scenario } from "./scenario.ts";

/** A run that may be claimed is, within this: sooner than the sweeper would see to it, milliseconds. */
const PROMPT_MS = 45_000;
/**
 * What a sweep that went wrong costs a run whose hint was left to the sweeper: until the next look, and
 * until the minute after the index shows that it is time for it, milliseconds.
 */
const NEXT_LOOK_MS = 4 * 60_000;
/** A call that takes longer keeps its run's message from coming back, milliseconds. */
const SLOW_MS = 10_000;
/** Workers that must be free of frozen processes, so that nothing waits for its turn for long. */
const FREE_WORKERS = 3;
/** Rows of owners. */
const OWNERS: ReadonlySet<string> = new Set(["claim", "claim over a lease", "park", "hand over"]);

/**
 * A run that may be claimed is claimed soon, also after a crash, without the sweeper's help. Only a
 * lost hint makes it wait: this oracle is silent where hints are lost or come late.
 */
export class PromptOracle {
  readonly #isSilent: boolean;
  readonly #hits: readonly Hit[];
  /** Runs made due by somebody who has not sent them a hint. */
  readonly #unhinted = new Set<string>();
  /** Runs that sleep for longer than a hint can be delayed. */
  readonly #leftToSweeper = new Set<string>();
  /** Since when each run may be claimed. */
  readonly #since = new Map<string, number>();

  constructor({ faults, setup }: Scenario, hits: readonly Hit[]) {
    const frozen = faults.filter(({ kind }) => kind === "freeze").length;
    const areHintsLost = faults.some(
      (fault) =>
        ["sweeper-only", "lost-hint", "throttled-period"].includes(fault.kind) ||
        (fault.kind === "hints" && (fault.lost > 0 || fault.lateByMs > 5_000)),
    );
    const isSlow = faults.some((fault) => "at" in fault && "ms" in fault && fault.ms > SLOW_MS);
    this.#isSilent = areHintsLost || isSlow || setup.concurrency < frozen + FREE_WORKERS;
    this.#hits = hits;
  }

  /**
   * Told of each hint that was sent; the sweeper's own prove nothing. Whoever made the run due may have died
   * before it, and whoever took over from them, too: so the run's time counts from the hint.
   */
  sent({ process, body }: WatchedCall, now: number): void {
    if (isSweeper(process)) return;
    const run = /\\"run\\":\\"([^"\\]*)/.exec(body)?.[1];
    if (run === undefined || !this.#unhinted.delete(run)) return;
    const since = this.#since.get(run);
    if (since !== undefined) this.#since.set(run, Math.max(since, now));
  }

  /** What is wrong with a change of META, if anything. */
  judge({ before, after, pk, row }: Change, now: number): string | undefined {
    const run = pk.slice("RUN#".length);
    // Its own message brings back who parks or hands over; nothing does after these.
    const isDue = after["dueAt"] && after["dueAt"].N !== before?.["dueAt"]?.N;
    if (isDue && !OWNERS.has(row)) this.#unhinted.add(run);
    const since = this.#since.get(run);
    const claimable = claimableAt(after);
    if (row === "park") this.#parked(run, claimable - now);
    // A writer that stood still makes a run due at a time that has long passed.
    if (!before || claimable !== claimableAt(before))
      this.#since.set(run, Math.max(claimable, now));
    if (!row.startsWith("claim") || since === undefined) return undefined;
    const isExcused = this.#isSilent || this.#unhinted.has(run) || this.#wasHintRefused;
    return now - since > this.#withinMs(run) && !isExcused
      ? `${run} could have been claimed ${now - since} ms ago`
      : undefined;
  }

  #parked(run: string, forMs: number): void {
    const isLong = forMs > LIMITS.hintDelayMaxMs - SLOW_MS && forMs < Infinity;
    if (isLong) this.#leftToSweeper.add(run);
    else this.#leftToSweeper.delete(run);
  }

  #withinMs(run: string): number {
    if (!this.#leftToSweeper.has(run)) return PROMPT_MS;
    const sweeps = this.#hits.filter(({ process }) => isSweeper(process)).length;
    return PROMPT_MS + sweeps * NEXT_LOOK_MS;
  }

  get #wasHintRefused(): boolean {
    return this.#hits.some(
      ({ kind, row, process }) => row === "send hint" && kind === "throttle" && !isSweeper(process),
    );
  }
}

/** When META may be claimed. */
function claimableAt(meta: Item): number {
  const status = textOf(meta, "status") as RunStatus;
  if (isFinished(status) || status === "paused" || status === "blocked") return Infinity;
  return numberOf(meta, meta["owner"] ? "leaseUntil" : "dueAt") ?? Infinity;
}
