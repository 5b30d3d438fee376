import type { RunHandle, Workflow } from "../../lambda/index.ts";
import { World, type WorldOptions } from "../../lambda/testing/world.ts";
import { ACTS, type Act, CONTROLLED, type ControlledName } from "./acts.ts";
import { controlledWorkflows } from "./controlled-workflows.ts";
import { Effects } from "./effects.ts";
import { expectNoCompletedStepAgain, expectSoundEnd } from "./invariants.ts";
import {
  expectChildrenAskedToEnd,
  expectEnteredAtMostOnce,
  expectMessagesTakenOnce,
  expectUndone,
} from "./controlled-invariants.ts";
import { everyOperation } from "./workflows.ts";

/** The workflows that together use every operation. */
export const WORKFLOWS = ["steps", "retries", "sleeps", "children", "races"] as const;

/** Name of one of them, or of one that others act on. */
export type WorkflowName = (typeof WORKFLOWS)[number] | ControlledName;

/** How the run of `timed` is started. */
const TIMEOUT = "30s" as const;

const isControlled = (name: WorkflowName): name is ControlledName =>
  (CONTROLLED as readonly string[]).includes(name);

/** What a client does beside the workers: at points in virtual time since the start, or when the world tells it. */
export interface Others {
  /** Instead of the acts that go with the workflow. */
  readonly acts?: readonly Act[];
  /** Is given the world and the run once that is started. */
  readonly watch?: (world: World, run: RunHandle) => void;
}

/** No polls in which nothing happens: much of the time that a play takes otherwise. */
const QUICK = { skipsIdleTime: true } as const;

/** Plays one of the workflows in a world of its own, and checks what must hold of any world. */
export async function play(
  name: WorkflowName,
  options: Partial<WorldOptions> = {},
  others: Others = {},
) {
  const effects = new Effects();
  const { workflows, main } = workflowsFor(name, effects);
  const world = await World.create({ workflows, ...QUICK, ...options });
  try {
    effects.position = () => world.outcomes.length;
    effects.rest = (ms) => new Promise((resolve) => void world.clock.after(ms, resolve));
    const startedAt = world.clock.monotonic();
    const { acts = isControlled(name) ? ACTS[name] : [], watch } = others;
    const run = await world.until(world.savepoint.start(main, { start: 1 }, startOptions(name)));
    watch?.(world, run);
    const acted = acts.map(
      ({ atMs, act }) =>
        new Promise<void>((resolve, reject) => {
          world.clock.after(atMs, () => void act(run).then(resolve, reject));
        }),
    );
    const refused = Promise.all(acted);
    refused.catch(() => undefined);
    world.begin();
    const output = await outcomeOf(world, run);
    const tookMs = world.clock.monotonic() - startedAt;
    await world.until(refused);
    // A detached child, and what a finished run owes, may come to their end later.
    await world.pass(3 * 60_000);
    await expectSoundEnd(world);
    const isCancelled = (await world.until(run.status())) === "cancelled";
    expectNoCompletedStepAgain(world, effects.entered, { isGivenUpLegal: isCancelled });
    expectEnteredAtMostOnce(effects.entered);
    expectChildrenAskedToEnd(world);
    await expectMessagesTakenOnce(world);
    await expectUndone(world);
    return {
      output,
      /** From the start to the end of the run, in virtual time. */
      tookMs,
      entered: effects.entered.length,
      names: effects.names,
      calls: world.calls,
      invocations: world.invocations,
    };
  } finally {
    await world.end();
  }
}

function workflowsFor(
  name: WorkflowName,
  effects: Effects,
): { workflows: Workflow[]; main: Workflow<{ start: number }> } {
  if (isControlled(name)) {
    const all = controlledWorkflows(effects);
    return { workflows: all.workflows, main: all[name] };
  }
  const all = everyOperation(effects);
  return { workflows: all.workflows, main: all[name] };
}

const startOptions = (name: WorkflowName) =>
  ({
    id: "run",
    ...(name === "timed" && { timeout: TIMEOUT }),
  }) as const;

/** What a run came to: its output, or its error's name and message. */
const outcomeOf = (world: World, run: RunHandle): Promise<unknown> =>
  world.until(
    run.result().catch((error: unknown) => {
      if (!(error instanceof Error)) throw error;
      return { error: error.name, message: error.message };
    }),
  );
