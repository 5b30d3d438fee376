import { expect } from "vitest";
import type { Meta } from "../../lambda/store/meta.ts";
import { replay } from "../../lambda/testing/replay.ts";
import type { World } from "../../lambda/testing/world.ts";

/** Replays the history of a run with the code of its world: it must ask for the same and end the same. */
export async function expectReplayGivesTheSame(
  world: World,
  { id, workflow }: Meta,
): Promise<void> {
  const code = world.options.workflows.find(({ name }) => name === workflow);
  if (!code) throw new Error(`the world has no workflow "${workflow}"`);
  const history = await world.savepoint.get(id).export();
  await expect(replay(code, history), `replay of ${id}`).resolves.toBeDefined();
}
