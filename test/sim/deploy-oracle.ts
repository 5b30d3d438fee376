import { LIMITS } from "../../lambda/core/limits.ts";
import type { Item } from "../../lambda/store/attributes.ts";
import { type Change, type Mirror, numberOf, textOf } from "./mirror.ts";
import { ADDED } from "./nodes/versions.ts";
import type { Rollout } from "./rollout.ts";

/** Clocks differ, and writes are tried again, by less than this, milliseconds. */
const ABOUT_MS = 80_000;

/** Judges what becomes of runs while other code is deployed. */
export class DeployOracle {
  readonly #mirror: Mirror;
  readonly #rollout: Rollout;
  /** Epochs of each run in which code was at work that has no patch. */
  readonly #oldEpochs = new Map<string, number>();

  constructor(mirror: Mirror, rollout: Rollout) {
    this.#mirror = mirror;
    this.#rollout = rollout;
  }

  /** What is wrong with a change of META; undefined when nothing is. */
  judge(change: Change, now: number): string | undefined {
    const { before, after, process, pk, row } = change;
    const wasBlocked = textOf(before, "status") === "blocked";
    const isBlocked = textOf(after, "status") === "blocked";
    const { code, change: made } = this.#rollout.of(process);
    if (row.startsWith("claim") && made?.kind !== "patched") {
      this.#oldEpochs.set(pk, numberOf(after, "epoch") ?? 0);
    }
    if (row.startsWith("claim") && wasBlocked && textOf(before, "code") === code) {
      return `${pk} was claimed by "${code}", under which it is blocked`;
    }
    if (!isBlocked) return undefined;
    if (!wasBlocked) return this.#judgeBlock(change, now);
    return row === "sweep" ? judgeBackOff(change, now) : undefined;
  }

  #judgeBlock({ after, process, pk }: Change, now: number): string | undefined {
    const { code } = this.#rollout.of(process);
    if (after["owner"] || after["leaseUntil"]) return `${pk} is blocked and owned`;
    if (textOf(after, "code") !== code) return `${pk} is blocked under "${textOf(after, "code")}"`;
    if (!this.#isMisfit(after, process)) {
      return `${pk} was blocked by "${code}", which fits it: ${after["error"]?.S}`;
    }
    return isAbout(after, now + LIMITS.blockedCheckMs)
      ? undefined
      : `${pk} is looked at again after ${(numberOf(after, "checkAt") ?? 0) - now} ms`;
  }

  /** Whether the code of a process may not fit the history of a run. */
  #isMisfit(meta: Item, process: string): boolean {
    const { change } = this.#rollout.of(process);
    if (change && change.kind !== "patched") {
      return textOf(meta, "workflow") === `p${change.program}`;
    }
    const operations = this.#mirror.operationsOf(meta);
    const patch = operations.get(`@patch/${ADDED}`)?.item;
    // The code before asks for the step that was added as little as it knows of the patch.
    if (!change) return operations.has(ADDED);
    // And may have gone on where the new one had decided to take the step.
    const lastOld = this.#oldEpochs.get(meta["pk"]?.S ?? "") ?? 0;
    return patch !== undefined && lastOld > (numberOf(patch, "e") ?? Infinity);
  }
}

/** A blocked run is looked at less and less often. */
function judgeBackOff({ before, after, pk }: Change, now: number): string | undefined {
  const nudges = numberOf(before, "nudges") ?? 0;
  const delay = Math.min(LIMITS.blockedCheckMs * 2 ** nudges, LIMITS.blockedCheckMaxMs);
  return isAbout(after, now + delay)
    ? undefined
    : `${pk} is looked at again after ${(numberOf(after, "checkAt") ?? 0) - now} ms`;
}

/** Whether a run is looked at about then, or at its deadline if that is sooner. */
const isAbout = (meta: Item, at: number): boolean =>
  Math.abs((numberOf(meta, "checkAt") ?? 0) - at) < ABOUT_MS ||
  meta["checkAt"]?.N === meta["deadline"]?.N;
