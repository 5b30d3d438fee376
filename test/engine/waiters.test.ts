import { afterEach, describe, expect, it } from "vitest";
import { type Context, RunConflictError, TerminalError, workflow } from "../../lambda/index.ts";
import { LIMITS } from "../../lambda/core/limits.ts";
import { World } from "../../lambda/testing/world.ts";
import { TABLE_NAME } from "../../localstack/embedded/resources.ts";
import { rowOf } from "../sim/rows.ts";
import { changeItem } from "./table-item.ts";

let world: World;
afterEach(() => world.end());

const long = workflow("long", {}, async (ctx: Context) => {
  await ctx.sleep("rest", "1h");
  return "of the long one";
});
const late = workflow("late", {}, (ctx: Context) =>
  ctx.run(long, undefined, { id: "shared" }).catch((error: unknown) => error),
);
const references = Array.from({ length: LIMITS.waitersMax }, (_, n) => `inc waiter-${n}`);

async function open(options: Partial<Parameters<typeof World.create>[0]> = {}) {
  world = await World.create({ workflows: [long, late], visibilitySeconds: 5, ...options });
  world.begin();
  await world.until(world.savepoint.start(long, undefined, { id: "shared" }));
  await world.pass(5_000);
}

const setWaiters = (waiters: readonly string[]) =>
  changeItem(
    world,
    { pk: "RUN#shared", sk: "META" },
    { update: "SET waiters = :waiters", values: { ":waiters": { SS: waiters } } },
  );

/** Puts runs that wait, as those of the references would be. */
async function putWaiters() {
  const Key = { pk: { S: "RUN#shared" }, sk: { S: "META" } };
  const request = { TableName: TABLE_NAME, Key, ConsistentRead: true };
  const { Item } = (await world.dynamodb.call("GetItem", request)) as { Item: object };
  for (const reference of references) {
    const [inc = "", id = ""] = reference.split(" ");
    const own = { pk: { S: `RUN#${id}` }, inc: { S: inc } };
    await world.dynamodb.call("PutItem", { TableName: TABLE_NAME, Item: { ...Item, ...own } });
  }
}

const startLate = (id: string) => world.until(world.savepoint.start(late, undefined, { id }));

describe("a run for which as many wait as may", () => {
  it("is not joined by another: it is told, and goes on", async () => {
    await open();
    await putWaiters();
    await setWaiters(references);
    const error = await world.until((await startLate("late")).result());
    expect(error).toBeInstanceOf(RunConflictError);
    expect(error).toMatchObject({
      message: expect.stringContaining('1000 runs wait for run "shared" already'),
      details: { id: "shared", limit: LIMITS.waitersMax },
    });
  });

  it("is joined, by several at once, in the places of those that wait no longer", async () => {
    await open();
    await setWaiters(references);
    const runs = await Promise.all(["a", "b", "c"].map(startLate));
    for (const run of runs) expect(await world.until(run.result())).toBe("of the long one");
    const shared = await world.until(world.store.readRun("shared"));
    expect(shared?.waiters.map(({ id }) => id).sort()).toEqual(["a", "b", "c"]);
  });

  it.each(["crash-before", "crash-after"] as const)(
    "is joined though the worker dies as it gives up the places: %s",
    async (fault) => {
      let seen = 0;
      await open({
        fault: (_, action, body) => {
          if (rowOf(action, body) !== "ended waiters leave") return undefined;
          seen += 1;
          return seen === 1 ? fault : undefined;
        },
      });
      await setWaiters(references);
      const run = await startLate("late");
      expect(await world.until(run.result())).toBe("of the long one");
      expect(seen).toBe(fault === "crash-before" ? 2 : 1);
    },
  );

  it("tells one that was resumed after its place was given up", async () => {
    let isMended = false;
    const hasty = workflow("hasty", {}, (ctx: Context) =>
      Promise.all([
        ctx.run(long, undefined, { id: "shared" }),
        ctx.step("check", { retry: { attempts: 1 } }, () => {
          if (!isMended) throw new TerminalError("not yet");
        }),
      ]),
    );
    await open({ workflows: [long, late, hasty] });
    const run = await world.until(world.savepoint.start(hasty, undefined, { id: "hasty" }));
    await expect(world.until(run.result())).rejects.toThrow("not yet");
    const { waiters = [] } = (await world.until(world.store.readRun("shared"))) ?? {};
    expect(waiters.map(({ id }) => id)).toEqual(["hasty"]);
    const own = waiters.map(({ id, incarnation }) => `${incarnation} ${id}`);
    await setWaiters([...own, ...references.slice(1)]);
    const other = await startLate("late");
    await world.pass(60_000);
    const pruned = await world.until(world.store.readRun("shared"));
    expect(pruned?.waiters.map(({ id }) => id)).toEqual(["late"]);
    isMended = true;
    await world.until(run.resume());
    expect(await world.until(run.result())).toEqual(["of the long one", undefined]);
    expect(await world.until(other.result())).toBe("of the long one");
  });

  it("is joined again by one that finds itself among them as it is loaded", async () => {
    const joins: string[] = [];
    await open({
      fault: (_, action, body) => {
        const row = rowOf(action, body);
        if (row === "waiter joins") joins.push(row);
        return undefined;
      },
    });
    const run = await startLate("late");
    await world.pass(10_000);
    expect(joins).toHaveLength(1);
    const { waiters = [] } = (await world.until(world.store.readRun("shared"))) ?? {};
    const own = waiters.map(({ id, incarnation }) => `${incarnation} ${id}`);
    await setWaiters([...own, ...references.slice(1)]);
    await world.until(run.pause());
    await world.until(run.resume());
    await world.pass(10_000);
    expect(joins).toHaveLength(2);
    expect(await world.until(run.result())).toBe("of the long one");
  });
});
