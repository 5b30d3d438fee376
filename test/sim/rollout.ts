import type { Clock } from "../../lambda/core/clock.ts";
import { seededRandom } from "../../lambda/testing/seeded-ids.ts";
import { type Deploy, FIRST } from "./deploys.ts";

/** Which code is deployed when, and which process has which. */
export class Rollout {
  readonly #deploys: readonly Deploy[];
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #random: () => number;
  readonly #codes = new Map<string, string>();

  constructor(deploys: readonly Deploy[], seed: number, clock: Clock) {
    this.#deploys = [FIRST, ...deploys];
    this.#clock = clock;
    this.#startedAt = clock.now();
    this.#random = seededRandom(seed * 23 + 11);
  }

  /** The code of the next invocation. */
  next(): string {
    const passed = this.#clock.now() - this.#startedAt;
    const there = this.#deploys.filter(({ atMs }) => atMs <= passed);
    const newest = there.at(-1) ?? FIRST;
    const before = there.at(-2);
    const isOverlapping = before && passed < newest.atMs + newest.overlapMs;
    return isOverlapping && this.#random() < 0.5 ? before.code : newest.code;
  }

  /** Notes that a process has a code. */
  begun(process: string, code: string): void {
    this.#codes.set(process, code);
  }

  /** What a process was deployed with. */
  of(process: string): Deploy {
    const code = this.#codes.get(process);
    return this.#deploys.find((one) => one.code === code) ?? FIRST;
  }
}
