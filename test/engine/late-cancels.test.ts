import { afterEach, expect, it } from "vitest";
import { workflow } from "../../lambda/index.ts";
import { World } from "../../lambda/testing/world.ts";
import { expectSoundEnd } from "./invariants.ts";

let world: World;
afterEach(() => world.end());

const patient = workflow("patient", {}, async (ctx) => {
  await ctx.sleep("long", "1m");
  return "done";
});

it.each([
  ["cancel", "#cancel = :cancel"],
  ["terminate", "#status = :cancelled, #epoch"],
] as const)(
  "a late copy of a %s does not end the run that was resumed since",
  async (verb, part) => {
    let copies = 0;
    world = await World.create({
      workflows: [patient],
      bystanderFault: (action, body) => {
        if (action !== "UpdateItem" || !body.includes(part)) return undefined;
        copies += 1;
        return { copyAfterMs: 20_000 };
      },
    });
    world.begin();
    const run = await world.until(world.savepoint.start(patient, undefined, { id: "run" }));
    await world.pass(5_000);
    await world.until(run[verb]());
    await world.until(run.result().catch(() => undefined));
    await world.pass(5_000);
    await world.until(run.resume());
    expect(await world.until(run.result())).toBe("done");
    expect(copies).toBeGreaterThan(0);
    await expectSoundEnd(world);
  },
);
