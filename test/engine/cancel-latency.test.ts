import { afterEach, expect, it } from "vitest";
import { DEFAULT_SETTINGS } from "../../lambda/engine/settings.ts";
import { type Context, workflow } from "../../lambda/index.ts";
import { World } from "../../lambda/testing/world.ts";
import { expectSoundEnd } from "./invariants.ts";

/** Longest time from a cancel request to the signal of a body that runs. */
const TOLD_WITHIN_MS = DEFAULT_SETTINGS.leaseMs / 3 + 1_000;

let world: World;
afterEach(() => world.end());

const toldAt = new Map<string, number>();

/** A step that runs for an hour unless it is told to stop, and notes when it was. */
const longStep = (ctx: Context, name: string) =>
  ctx.step(
    name,
    ({ signal }) =>
      new Promise<void>((resolve, reject) => {
        const cancel = world.clock.after(3_600_000, resolve);
        signal.addEventListener("abort", () => {
          toldAt.set(name, world.clock.now());
          cancel();
          reject(new Error("stopped"));
        });
      }),
  );

const leaf = workflow("leaf", {}, async (ctx) => longStep(ctx, "leaf"));
const middle = workflow("middle", {}, async (ctx) => ctx.run(leaf, undefined));
const both = workflow("both", {}, async (ctx) => {
  await Promise.all([longStep(ctx, "own"), ctx.run(leaf, undefined)]);
});
const top = workflow("top", {}, async (ctx) => ctx.run(middle, undefined));

it.each([
  ["its own step", leaf, ["leaf"]],
  ["a child's step", middle, ["leaf"]],
  ["a grandchild's step", top, ["leaf"]],
  ["its own step and a child's beside it", both, ["own", "leaf"]],
] as const)(
  "a cancelled run tells %s within a third of a lease and a second, whenever it is asked",
  async (_, flow, steps) => {
    for (const askedAfterMs of [1, 3_000, 9_990, 10_010, 14_500, 19_000, 31_337]) {
      toldAt.clear();
      world = await World.create({ workflows: [leaf, middle, both, top] });
      world.begin();
      const run = await world.until(world.savepoint.start(flow, undefined, { id: "run" }));
      await world.pass(askedAfterMs);
      const askedAt = world.clock.now();
      await world.until(run.cancel());
      await world.until(run.result().catch(() => undefined));
      // The run itself does not wait for its children to end.
      await world.pass(2 * TOLD_WITHIN_MS);
      expect([...toldAt.keys()].toSorted()).toEqual([...steps].toSorted());
      for (const [step, at] of toldAt) {
        expect(at - askedAt, `${step}, asked after ${askedAfterMs} ms`).toBeLessThanOrEqual(
          TOLD_WITHIN_MS,
        );
      }
      await expectSoundEnd(world);
      await world.end();
    }
  },
);
