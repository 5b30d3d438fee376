import { World, type WorldOptions } from "../support/world.ts";
import { expectNoCompletedStepAgain, expectSoundEnd } from "./invariants.ts";
import { Effects, everyOperation } from "./workflows.ts";

/** The workflows that together use every operation. */
export const WORKFLOWS = ["steps", "retries", "sleeps", "children", "races"] as const;

/** Name of one of them. */
export type WorkflowName = (typeof WORKFLOWS)[number];

/** Plays one of the workflows in a world of its own, and checks what must hold of any world. */
export async function play(name: WorkflowName, options: Partial<WorldOptions> = {}) {
  const effects = new Effects();
  const all = everyOperation(effects);
  const world = await World.create({ workflows: all.workflows, ...options });
  effects.position = () => world.outcomes.length;
  const startedAt = world.clock.monotonic();
  const output = await world.run<{ start: number }, unknown>(all[name], { start: 1 });
  const tookMs = world.clock.monotonic() - startedAt;
  // A detached child, and what a finished run owes, may come to their end later.
  await world.pass(3 * 60_000);
  await expectSoundEnd(world);
  expectNoCompletedStepAgain(world, effects.entered);
  await world.end();
  return {
    output,
    /** From the start to the end of the run, in virtual time. */
    tookMs,
    entered: effects.entered.length,
    names: effects.names,
    calls: world.calls,
    invocations: world.invocations,
  };
}
