import { afterEach, expect, it, vi } from "vitest";
import { failedOf, startCheckout } from "../../docs/examples/finding-runs.ts";
import { payments } from "../../docs/examples/services.ts";
import { checkout } from "../../docs/examples/steps.ts";
import { endWorlds, openWorld } from "./example-world.ts";

afterEach(async () => {
  vi.restoreAllMocks();
  await endWorlds();
});

it("finds a customer's checkouts that have failed, the last first, over several pages", async () => {
  vi.spyOn(payments, "charge").mockImplementation(async (cents) => ({
    status: cents === 1 ? 402 : 200,
    id: "charge",
  }));
  const world = await openWorld([checkout]);
  const start = async (customer: string, cents: number) => {
    const order = { cents, email: `${customer}@example.com` };
    const run = await world.until(
      startCheckout(world.savepoint, { customer, shop: "north" }, order),
    );
    await world.pass(1_000);
    return run.id;
  };
  const failed: string[] = [];
  for (let n = 0; n < 52; n += 1) failed.push(await start("ada", 1));
  await start("ada", 995);
  await start("bob", 1);
  await world.pass(60_000);
  expect(await world.until(failedOf(world.savepoint, "ada"))).toEqual(failed.toReversed());
  const { runs } = await world.until(
    world.savepoint.list({ attributes: { customer: "ada", shop: "north" }, limit: 200 }),
  );
  expect(runs).toHaveLength(53);
});
