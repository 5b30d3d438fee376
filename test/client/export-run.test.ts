import { afterEach, describe, expect, it } from "vitest";
import { recordedHistorySchema } from "../../lambda/core/recorded-history-schema.ts";
import {
  type Context,
  event,
  InvalidArgumentError,
  RunConflictError,
  RunNotFoundError,
  workflow,
} from "../../lambda/index.ts";
import { replay } from "../../lambda/testing/index.ts";
import { World } from "../../lambda/testing/world.ts";

const worlds: World[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.end();
});

const LARGE = Array.from({ length: 60_000 }, (_, index) => index * 7_919).join(" ");
const flow = workflow("flow", { version: "7" }, async (ctx: Context, input: { at: Date }) => {
  const { token } = await ctx.token("approval", { timeout: "1d" });
  await ctx.step("ask", () => `https://example.org/?token=${token}`);
  await ctx.step("large", () => LARGE);
  await Promise.all([ctx.step("a", () => new Map([[1, 2n]])), ctx.step("b", () => ({ b: 1 }))]);
  return { at: input.at, token };
});
const loops = workflow("loops", {}, async (ctx: Context, round: number) => {
  await ctx.sleep("rest", "1h");
  return ctx.continueAsNew(round + 1);
});

async function openWorld() {
  const world = await World.create({ workflows: [flow, loops] });
  worlds.push(world);
  const output = await world.run(flow, { at: new Date(0) });
  return { world, run: world.savepoint.get("run"), output };
}

describe("the export of a run", () => {
  it("in pages shows one moment of it, though it goes on between them", async () => {
    const two = workflow("two", {}, async (ctx: Context, _: undefined) => {
      await ctx.step("first", () => LARGE);
      await ctx.waitFor(event("one"));
      return ctx.waitFor(event("two"));
    });
    const world = await World.create({ workflows: [two] });
    worlds.push(world);
    world.begin();
    const run = await world.until(world.savepoint.start(two, undefined, { id: "two" }));
    await world.pass(5_000);
    const page = await world.until(run.exportPage({ bytesMax: 1 }));
    const operations = [...page.operations];
    await world.until(run.send(event("one"), 1));
    await world.pass(5_000);
    for (let { next } = page; next !== undefined;) {
      const more = await world.until(run.exportPage({ bytesMax: 1, cursor: next }));
      operations.push(...more.operations);
      ({ next } = more);
    }
    expect(operations.map(({ key }) => key)).toEqual(["first"]);
    const history = { format: page.format, run: page.run, operations };
    expect(await replay(two, JSON.parse(JSON.stringify(history)) as unknown)).toBeDefined();
  });

  it("has the run and its operations in their order, with every value, as plain JSON", async () => {
    const { world, run } = await openWorld();
    const history = await world.until(run.export());
    expect(JSON.parse(JSON.stringify(history))).toEqual(history);
    expect(recordedHistorySchema.parse(history)).toEqual(history);
    expect(history).toMatchObject({
      format: 1,
      run: { id: "run", workflow: "flow", versions: { workflow: "7" }, status: "succeeded" },
    });
    expect(history.operations.map(({ key }) => key)).toEqual([
      "approval",
      "ask",
      "large",
      "a",
      "b",
    ]);
    const [, , large, a, b] = history.operations;
    expect(large?.result).toEqual({ deflated: expect.any(String) as unknown });
    expect(a?.result).toEqual({ rich: expect.stringContaining("Map") as unknown });
    expect(b?.result).toEqual({ json: { b: 1 } });
  });

  it("holds the secret of a token nowhere, and the rest of it everywhere", async () => {
    const { world, run, output } = await openWorld();
    const [head, secret = ""] = output.token.split(".");
    const text = JSON.stringify(await world.until(run.export()));
    expect(secret).toHaveLength(43);
    expect(text).not.toContain(secret);
    expect(text.split(`${head}.000`)).toHaveLength(4);
  });

  it.each([1, 600])("is the same page by page, of %i bytes", async (bytesMax) => {
    const { world, run } = await openWorld();
    const whole = await world.until(run.export());
    const first = await world.until(run.exportPage({ bytesMax }));
    const operations = [...first.operations];
    let pages = 1;
    for (let { next } = first; next !== undefined; pages += 1) {
      const page = await world.until(run.exportPage({ bytesMax, cursor: next }));
      expect(page.run).toBeUndefined();
      operations.push(...page.operations);
      ({ next } = page);
    }
    expect({ format: first.format, run: first.run, operations }).toEqual(whole);
    expect(pages).toBe(bytesMax === 1 ? 5 : 2);
  });

  it("refuses a cursor that is none, and one of a round that is over", async () => {
    const { world, run } = await openWorld();
    for (const cursor of ["x", Buffer.from("[1]").toString("base64url")]) {
      const page = world.until(run.exportPage({ bytesMax: 1, cursor }));
      await expect(page).rejects.toThrow(InvalidArgumentError);
    }
    await expect(world.until(world.savepoint.get("none").export())).rejects.toThrow(
      RunNotFoundError,
    );
    const looping = await world.until(world.savepoint.start(loops, 1));
    await world.pass(60_000);
    const history = JSON.parse(
      Buffer.from((await pageCursor(world)) ?? "", "base64url").toString(),
    ) as unknown[];
    const cursor = Buffer.from(JSON.stringify(["H#other#0", ...history.slice(1)]));
    const page = world.until(
      looping.exportPage({ bytesMax: 1, cursor: cursor.toString("base64url") }),
    );
    await expect(page).rejects.toThrow(RunConflictError);
  });
});

const pageCursor = async (world: World) =>
  (await world.until(world.savepoint.get("run").exportPage({ bytesMax: 1 }))).next;
