import { afterEach, expect, it } from "vitest";
import { workflow } from "../../lambda/index.ts";
import type { ProcessFault } from "../../lambda/testing/faulty-handler.ts";
import { World, type WorldOptions } from "../../lambda/testing/world.ts";

let world: World;
afterEach(() => world.end());

const STEP_MS = 300;
const STEPS = 50;
const CHILD_MS = 2_000;

/** A run of which one branch waits for a child while another takes step after short step. */
async function play(options: Pick<WorldOptions, "fault"> = {}) {
  let answeredAt = 0;
  let bodies = 0;
  const child = workflow("child", {}, (ctx) => ctx.sleep("rest", CHILD_MS));
  const chatty = workflow("chatty", {}, async (ctx) => {
    const waits = async () => {
      await ctx.run(child, undefined);
      answeredAt = world.clock.now();
    };
    const works = async () => {
      for (let n = 0; n < STEPS; n += 1) {
        await ctx.step("work", async () => {
          bodies += 1;
          await new Promise<void>((resolve) => void world.clock.after(STEP_MS, resolve));
        });
      }
    };
    await Promise.all([waits(), works()]);
  });
  world = await World.create({ workflows: [child, chatty], ...options });
  const startedAt = world.clock.now();
  await world.run(chatty, undefined);
  const { recoveries, epoch } = await world.until(world.savepoint.get("run").describe());
  const tookMs = world.clock.now() - startedAt;
  return { tookMs, answeredAfterMs: answeredAt - startedAt, bodies, recoveries, epoch };
}

it("a branch that waits for a child hears of its end within seconds, however busy another is", async () => {
  const { answeredAfterMs } = await play();
  expect(answeredAfterMs).toBeGreaterThan(CHILD_MS);
  // The child's sleep ends up to 2 s late, for its hint; then one poll. A heartbeat comes at 10 s.
  expect(answeredAfterMs).toBeLessThan(CHILD_MS + 4_000);
});

const startedAt = Date.UTC(2026, 0, 1);

/** A fault of the polls of the first 13 s; before them, the child looks once whether it is still wanted. */
const pollsFail =
  (fault: ProcessFault): NonNullable<WorldOptions["fault"]> =>
  (_, action, body) => {
    const at = world.clock.now() - startedAt;
    const isPoll = action === "GetItem" && body.includes('"RUN#run"') && at > 500;
    return isPoll && at < 13_000 ? fault : undefined;
  };

it("a poll that fails is logged, and neither ends the run nor repeats a body", async () => {
  const played = await play({ fault: pollsFail({ refuseWith: "AccessDeniedException" }) });
  expect(world.logs).toContainEqual(
    expect.objectContaining({ message: expect.stringMatching(/^run not read/) as string }),
  );
  expect(played).toMatchObject({ bodies: STEPS, recoveries: 0, epoch: 1 });
});

it("a poll that is not answered holds up no step", async () => {
  const played = await play({ fault: pollsFail("throttle") });
  expect(played).toMatchObject({ bodies: STEPS, recoveries: 0, epoch: 1 });
  expect(played.tookMs).toBeLessThan(STEPS * STEP_MS + 1_000);
});

it("a child that ends while the hint at it is still on its way is heard of", async () => {
  const child = workflow("child", {}, (ctx) => ctx.step("work", () => "done"));
  const parent = workflow("parent", {}, (ctx) => ctx.run(child, undefined));
  let isFirst = true;
  world = await World.create({
    workflows: [child, parent],
    fault: (_, action, body) => {
      if (!isFirst || action !== "SendMessage" || !body.includes("run~1~child")) return undefined;
      isFirst = false;
      // Longer than a heartbeat, with which the parent hears that its child has ended.
      return { noticedAfterMs: 25_000 };
    },
  });
  expect(await world.run(parent, undefined)).toBe("done");
  expect(world.clock.now() - startedAt).toBeLessThan(60_000);
});
