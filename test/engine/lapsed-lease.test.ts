import { afterEach, expect, it } from "vitest";
import { type Context, event, workflow } from "../../lambda/index.ts";
import { World } from "../../lambda/testing/world.ts";
import { TABLE_NAME } from "../../localstack/embedded/resources.ts";

let world: World;
afterEach(() => world.end());

const LEASE_MS = 12_000;
/** Longer than a lease. */
const LAPSED_MS = 30_000;

it("code is told nothing by a worker that stood still until its run had ended and was deleted", async () => {
  const seen: string[] = [];
  const flow = workflow("flow", {}, async (ctx: Context, _: undefined) => {
    await ctx.sleep("nap", "1s");
    seen.push("rested");
    await ctx.step("work", () => seen.push("worked"));
  });
  let thaw = () => {};
  const until = new Promise<void>((resolve) => (thaw = resolve));
  let writes = 0;
  world = await World.create({
    workflows: [flow],
    visibilitySeconds: 100,
    settings: { leaseMs: LEASE_MS },
    fault: (_, action, body) => {
      // That its lease is lost it hears later than that its write is done.
      if (action === "UpdateItem" && body.includes("#activity = :activity")) return { pauseMs: 50 };
      if (action !== "PutItem" || !body.includes('"OP#nap"')) return undefined;
      writes += 1;
      return { freeze: "before", until };
    },
  });
  world.begin();
  const run = await world.until(world.savepoint.start(flow, undefined, { id: "run" }));
  await world.pass(LAPSED_MS);
  await world.until(run.terminate());
  await world.until(run.delete());
  thaw();
  await world.pass(LAPSED_MS);
  expect(writes).toBe(1);
  expect(seen).toEqual([]);
});

it("code is not called by a worker that hears that its lease is lost before it has read the history", async () => {
  const calls: string[] = [];
  const flow = workflow("flow", {}, async (ctx: Context, _: undefined) => {
    calls.push("called");
    await ctx.step("work", () => "done");
  });
  let thaw = () => {};
  const until = new Promise<void>((resolve) => (thaw = resolve));
  let claims = 0;
  let frozen: string | undefined;
  world = await World.create({
    workflows: [flow],
    visibilitySeconds: 20,
    settings: { leaseMs: LEASE_MS },
    fault: (_, action, body, { name }) => {
      if (action === "UpdateItem" && body.includes("#finishedAt")) thaw();
      const isClaim = action === "UpdateItem" && body.includes("#epoch = #epoch + :one");
      if (isClaim && (claims += 1) === 1) return "crash-after";
      if (isClaim && body.includes("#crashes = if_not_exists") && frozen === undefined) {
        frozen = name;
        return { freeze: "after", until };
      }
      // It reads what the third has done, while its heartbeat is refused.
      return action === "Query" && name === frozen ? { pauseMs: 50 } : undefined;
    },
  });
  expect(await world.run(flow, undefined)).toBeUndefined();
  await world.pass(2 * LAPSED_MS);
  expect(frozen).toBeDefined();
  expect(calls).toEqual(["called"]);
});

it("code of a run that was deleted takes no message of the run that has its id now", async () => {
  const go = event<string>("go");
  const taken: string[] = [];
  let begun = 0;
  const flow = workflow("flow", {}, async (ctx: Context, _: undefined) => {
    const life = (begun += 1);
    const work = ctx.step("work", async () => rest(5_000));
    taken.push(`${life} took ${await ctx.waitFor(go)}`);
    await work;
  });
  // No heartbeat tells the first worker within the test that its run is not there any more.
  world = await World.create({ workflows: [flow], settings: { leaseMs: 60_000 } });
  const rest = (ms: number) => new Promise<void>((resolve) => void world.clock.after(ms, resolve));
  world.begin();
  const run = await world.until(world.savepoint.start(flow, undefined, { id: "run" }));
  await world.pass(500);
  await world.until(run.terminate());
  // A client would wait until the lease has ended.
  const Key = { pk: { S: "RUN#run" }, sk: { S: "META" } };
  await world.dynamodb.call("DeleteItem", { TableName: TABLE_NAME, Key });
  const next = await world.until(world.savepoint.start(flow, undefined, { id: "run" }));
  await world.pass(500);
  expect(begun).toBe(2);
  await world.until(next.send(go, "now"));
  await world.until(next.result());
  expect(taken).toEqual(["2 took now"]);
});
