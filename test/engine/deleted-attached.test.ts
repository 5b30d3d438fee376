import { afterEach, expect, it } from "vitest";
import { workflow } from "../../lambda/index.ts";
import { World } from "../../lambda/testing/world.ts";
import { expectSoundEnd } from "./invariants.ts";

/** Text that no compression makes fit an item. */
const LARGE = Array.from({ length: 60_000 }, (_, index) => index * 7_919).join(" ");

let world: World;
afterEach(() => world.end());

it("a run that another attaches to is started anew when it is deleted before its output was read", async () => {
  let made = 0;
  const shared = workflow("shared", {}, async (ctx) => {
    await ctx.step("make", () => void (made += 1));
    return LARGE;
  });
  const asker = workflow("asker", {}, async (ctx) => {
    const text = await ctx.run(shared, undefined, { id: "shared" });
    return text === LARGE;
  });
  let isArmed = false;
  world = await World.create({
    workflows: [shared, asker],
    fault: (_, action, body) => {
      if (!isArmed || action !== "GetItem" || !body.includes('"PART#')) return undefined;
      isArmed = false;
      return { when: "before", others: () => world.savepoint.get("shared").delete() };
    },
  });
  await world.run(shared, undefined, "shared");
  isArmed = true;
  expect(await world.run(asker, undefined)).toBe(true);
  expect([made, isArmed]).toEqual([2, false]);
  await expectSoundEnd(world);
});
