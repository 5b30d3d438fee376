import { afterEach, expect, it } from "vitest";
import { type Context, workflow } from "../../lambda/index.ts";
import { World } from "../../lambda/testing/world.ts";

let world: World;
afterEach(() => world.end());

it("claims with no more names of its code than one IN takes, however many workflows have versions", async () => {
  const flows = Array.from({ length: 120 }, (_, at) =>
    workflow(`flow-${at}`, { version: "1" }, (_: Context, input: number) => Promise.resolve(input)),
  );
  world = await World.create({ workflows: flows });
  world.begin();
  const [flow] = flows;
  if (!flow) throw new Error("there is no workflow");
  const run = await world.until(world.savepoint.start(flow, 1, { id: "run" }));
  expect(await world.until(run.result())).toBe(1);
  const claims = world.outcomes
    .map(({ input: { ConditionExpression } }) => ConditionExpression)
    .filter((condition) => typeof condition === "string" && condition.includes("#code IN"));
  const named = claims.map((claim) => new Set(String(claim).match(/:code\d+/g)).size);
  // The attribute itself is the hundredth operand.
  expect(named).toEqual(claims.map(() => 99));
  expect(claims.length).toBeGreaterThan(0);
});
