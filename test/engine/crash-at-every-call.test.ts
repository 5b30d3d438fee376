import { describe, expect, it } from "vitest";
import type { ProcessFault } from "../support/faulty-handler.ts";
import { World, type WorldOptions } from "../support/world.ts";
import { expectNoCompletedStepAgain, expectSoundEnd } from "./invariants.ts";
import { Effects, everyOperation } from "./workflows.ts";

const NAMES = ["steps", "retries", "sleeps", "children", "races"] as const;
const SETTINGS = { leaseMs: 30_000, leaseMarginMs: 2_000 };

async function play(name: (typeof NAMES)[number], options: Partial<WorldOptions> = {}) {
  const effects = new Effects();
  const all = everyOperation(effects);
  const world = await World.create({ workflows: all.workflows, settings: SETTINGS, ...options });
  effects.position = () => world.outcomes.length;
  const output = await world.run<{ start: number }, unknown>(all[name], { start: 1 });
  // A detached child, and what a finished run owes, may come to their end later.
  await world.pass(3 * 60_000);
  await expectSoundEnd(world);
  expectNoCompletedStepAgain(world, effects.entered);
  const { calls } = world;
  await world.end();
  return { output, effects, calls };
}

describe.each(NAMES)("%s, its process dying at any call", (name) => {
  it.each<ProcessFault & string>(["crash-before", "crash-after", "lost-reply", "throttle"])(
    "ends as if nothing had happened: %s",
    async (fault) => {
      const calm = await play(name);
      expect(calm.calls).toBeGreaterThan(5);
      for (let n = 1; n <= calm.calls; n += 1) {
        const hit = await play(name, { fault: (call) => (call === n ? fault : undefined) });
        const at = `${fault} at call ${n} of ${calm.calls}`;
        expect(hit.output, at).toEqual(calm.output);
        expect(hit.effects.names, at).toEqual(calm.effects.names);
        // A fault that ends no process makes no body run again.
        if (fault === "lost-reply" || fault === "throttle") {
          expect(hit.effects.entered.length, at).toBe(calm.effects.entered.length);
        }
      }
    },
    300_000,
  );
});
