import type { Workflow } from "../../lambda/index.ts";
import { World, type WorldOptions } from "../../lambda/testing/world.ts";

const worlds: World[] = [];

/** A world that has those workflows and is under way. */
export async function openWorld(
  workflows: readonly Workflow[],
  options: Partial<WorldOptions> = {},
): Promise<World> {
  const world = await World.create({ ...options, workflows });
  worlds.push(world);
  world.begin();
  return world;
}

/** Lets a long time pass at once, and what was to happen meanwhile happen after it. */
export async function longAfter(world: World, ms: number): Promise<void> {
  await world.leap(ms);
  await world.pass(120_000);
}

/** Ends the worlds that were opened. */
export async function endWorlds(): Promise<void> {
  for (const world of worlds.splice(0)) await world.end();
}

/** Lets time pass until a run has ended; what it failed with, or undefined. */
export const failureOf = (world: World, result: Promise<unknown>): Promise<unknown> =>
  world.until(
    result.then(
      () => undefined,
      (error: unknown) => error,
    ),
  );
