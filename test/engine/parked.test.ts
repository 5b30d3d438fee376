import { afterEach, expect, it } from "vitest";
import { event, type Workflow, workflow } from "../../lambda/index.ts";
import { DUE_SHARDS } from "../../lambda/store/schema.ts";
import { World } from "../../lambda/testing/world.ts";

const HOUR_MS = 3_600_000;

let world: World;
afterEach(() => world.end());

const go = event("go");
const waiting = workflow("waiting", {}, (ctx) => ctx.waitFor(go));
const approved = workflow("approved", {}, async (ctx) => {
  const approval = await ctx.token("approval");
  return approval.result();
});
const sleeping = workflow("sleeping", {}, (ctx) => ctx.sleep("long", "10d"));
const parent = workflow("parent", {}, (ctx) => ctx.run(waiting, undefined));

/** The requests of an hour by what they are, and how many of them workers made. */
async function requestsOfAnHour() {
  await world.pass(5 * 60_000);
  const [from, before] = [world.outcomes.length, world.calls];
  await world.pass(HOUR_MS);
  const counts = new Map<string, number>();
  for (const { service, action, input } of world.outcomes.slice(from)) {
    const isOfIndex = JSON.stringify(input).includes('"due"');
    const name = `${service} ${action}${isOfIndex ? " of the due index" : ""}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return { all: Object.fromEntries(counts), ofWorkers: world.calls - before };
}

it("an idle deployment makes the sweeper's queries alone, and one with parked runs not a request more", async () => {
  const workflows: readonly Workflow[] = [waiting, approved, sleeping, parent] as Workflow[];
  world = await World.create({ workflows });
  world.begin();
  const idle = await requestsOfAnHour();
  expect(idle.ofWorkers).toBe(0);
  // Each minute, one of each shard of the index.
  expect(idle.all).toEqual({ "dynamodb Query of the due index": 60 * DUE_SHARDS });
  const runs = workflows.map(async (flow) =>
    world.until(world.savepoint.start(flow, undefined, { id: flow.name })),
  );
  await Promise.all(runs);
  const parked = await requestsOfAnHour();
  const { runs: all } = await world.until(world.savepoint.list({ limit: 10 }));
  expect(all.map(({ status }) => status)).toEqual(Array(5).fill("waiting"));
  expect(parked).toEqual(idle);
});
