import { afterEach, expect, it } from "vitest";
import { workflow } from "../../lambda/index.ts";
import type { Process } from "../../lambda/testing/process.ts";
import { World } from "../../lambda/testing/world.ts";
import { expectSoundEnd } from "./invariants.ts";

const STALL_MS = 10 * 60_000;

let world: World;
afterEach(() => world.end());

const child = workflow("child", {}, async (ctx) => {
  await ctx.sleep("long", "1h");
  return "child's";
});
const parent = workflow("parent", {}, (ctx) => ctx.run(child, undefined));

type IsCall = (action: string, body: string) => boolean;
const isOfHistory: IsCall = (action) => action === "Query";
const isOfParent: IsCall = (action, body) => action === "GetItem" && body.includes('"RUN#run"');
const isOfChildren: IsCall = (action, body) =>
  action === "BatchGetItem" && body.includes('"RUN#run~1~child"');
const isCancel: IsCall = (action, body) => action === "UpdateItem" && body.includes("#cancel");

it.each([
  ["the history", isOfHistory],
  ["the children", isOfChildren],
  ["the run", isOfParent],
  ["a cancel", isCancel],
] as const)(
  "a worker that settles what a terminated run owes, and stands still before its call for %s, cancels no child that was resumed",
  async (_, isCall) => {
    let isArmed = false;
    let late: Process | undefined;
    world = await World.create({
      workflows: [parent, child],
      fault: (_n, action, body, process) => {
        if (!isArmed || !isCall(action, body)) return undefined;
        isArmed = false;
        late = process;
        return { pauseMs: STALL_MS };
      },
    });
    world.begin();
    const run = await world.until(world.savepoint.start(parent, undefined, { id: "run" }));
    await world.pass(10_000);
    isArmed = true;
    await world.until(run.terminate());
    await world.pass(STALL_MS / 2);
    expect(late).toBeDefined();
    const ended = await world.until(world.savepoint.get("run~1~child").status());
    expect(ended).toBe("cancelled");
    await world.until(run.resume());
    expect(await world.until(run.result())).toBe("child's");
    await expectSoundEnd(world);
  },
);

const RESUMED_MS = STALL_MS / 2;

it.each([
  ["before its parent has asked for it again", 1_000],
  ["while its parent is about to put it", 8_000],
])(
  "a worker that stands still before it puts a child as cancelled keeps it from no resumed run: it comes %s",
  async (_, parentMs) => {
    const isPut: IsCall = (action, body) =>
      action === "PutItem" && body.includes('"RUN#run~1~child"') && body.includes('"cancelled"');
    const isStart: IsCall = (action, body) =>
      action === "PutItem" && body.includes('"RUN#run~1~child"') && !body.includes('"cancelled"');
    let starts = 0;
    let isArmed = false;
    let late: Process | undefined;
    world = await World.create({
      workflows: [parent, child],
      fault: (_n, action, body, process) => {
        if (isStart(action, body)) {
          starts += 1;
          // Its first owner never comes to it; the resumed run does when the late one has come.
          if (starts === 1) return { pauseMs: 24 * STALL_MS };
          return starts === 2 ? { pauseMs: parentMs } : undefined;
        }
        if (!isArmed || !isPut(action, body)) return undefined;
        isArmed = false;
        late = process;
        return { pauseMs: RESUMED_MS + 4_000 };
      },
    });
    world.begin();
    const run = await world.until(world.savepoint.start(parent, undefined, { id: "run" }));
    await world.pass(5_000);
    isArmed = true;
    await world.until(run.terminate());
    await world.pass(RESUMED_MS);
    expect(late).toBeDefined();
    await world.until(run.resume());
    expect(await world.until(run.result())).toBe("child's");
    await expectSoundEnd(world);
  },
);
