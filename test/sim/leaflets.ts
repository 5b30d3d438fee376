import type { Savepoint } from "../../lambda/client/savepoint.ts";
import type { Clock, EpochMs } from "../../lambda/core/clock.ts";
import { isFinished, type RunStatus } from "../../lambda/core/status.ts";
import { event } from "../../lambda/index.ts";
import type { Draw } from "./draw.ts";
import { type Mirror, textOf } from "./mirror.ts";

const LEAFLET = event<number>("leaflet");

/** When leaflets are handed out, milliseconds from the beginning, and how many each run gets then. */
export interface Leaflets {
  readonly atMs: readonly number[];
  readonly each: number;
}

/** Draws a few rounds of leaflets. */
export const generateLeaflets = (draw: Draw): Leaflets => ({
  atMs: Array.from({ length: draw.int(1, 3) }, () => draw.pick([0, 400, 2_000, 9_000, 30_000])),
  each: draw.pick([2, 3, 5]),
});

/** Sends every unfinished run what no run waits for: its mailbox fills, and what it reads comes among it. */
export function handOut(
  leaflets: Leaflets | undefined,
  mirror: Mirror,
  clock: Clock,
  savepoint: Savepoint,
): void {
  if (!leaflets) return;
  const { atMs, each } = leaflets;
  const send = async (run: string, first: EpochMs) => {
    for (let number = 0; number < each; number += 1) {
      // The run may have ended meanwhile.
      await savepoint
        .get(run)
        .send(LEAFLET, first + number)
        .catch(() => undefined);
    }
  };
  for (const at of atMs) {
    clock.after(at, () => {
      for (const [run, meta] of mirror.metas) {
        if (!isFinished(textOf(meta, "status") as RunStatus)) void send(run, at);
      }
    });
  }
}
