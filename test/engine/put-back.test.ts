import { afterEach, expect, it } from "vitest";
import { workflow } from "../../lambda/index.ts";
import { World } from "../../lambda/testing/world.ts";
import { expectSoundEnd } from "./invariants.ts";

const LEASE_MS = 30_000;
/** A worker's message comes back so long after its claim. */
const BACK_MS = LEASE_MS + 1_000;

let world: World;
afterEach(() => world.end());

it("fences the former owner of a run that its taker put back unread, to be advanced alone", async () => {
  let frozenUntil = 0;
  let entered = 0;
  const steady = workflow("steady", {}, async (ctx) => {
    await ctx.sleep("rest", LEASE_MS);
  });
  const taken = workflow("taken", {}, (ctx) =>
    ctx.step("work", async () => {
      entered += 1;
      // The first worker stands still from here on; the second is at work when it wakes.
      if (entered === 1) frozenUntil = world.clock.now() + 100_000;
      else await new Promise<void>((resolve) => world.clock.after(120_000, resolve));
      return entered;
    }),
  );
  world = await World.create({
    workflows: [steady, taken],
    settings: { leaseMs: LEASE_MS, leaseMarginMs: 2_000 },
    // It stands still before it has hidden its message: the queue gives that back by itself.
    visibilitySeconds: BACK_MS / 1_000,
    fault: () => {
      const frozenFor = frozenUntil - world.clock.now();
      return frozenFor > 100_000 - BACK_MS ? { pauseMs: frozenFor } : undefined;
    },
  });
  world.begin();
  // Its hint arrives together with the message of the frozen worker, before it in the same batch.
  const other = await world.until(world.savepoint.start(steady, undefined, { id: "steady" }));
  await world.quiet();
  const run = await world.until(world.savepoint.start(taken, undefined, { id: "taken" }));
  expect(await world.until(run.result())).toBe(2);
  await world.until(other.result());
  await world.pass(60_000);

  expect(entered).toBe(2);
  expect((await world.until(run.describe())).epoch, "claims: first, put back, last").toBe(3);
  const writes = world.outcomes.filter(({ input }) => isRecordOfWork(input));
  expect(writes.map(({ error }) => error?.name)).toEqual([
    "ConditionalCheckFailedException",
    undefined,
  ]);
  await expectSoundEnd(world);
});

function isRecordOfWork({ Item }: Readonly<Record<string, unknown>>): boolean {
  const item = Item as Readonly<Record<string, { readonly S?: string }>> | undefined;
  return item?.["sk"]?.S === "OP#work" && item["s"]?.S === "done";
}
