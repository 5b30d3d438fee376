import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Origins } from "../../lambda/engine/origins.ts";
import { type Workflow, workflow } from "../../lambda/index.ts";
import { World } from "../../lambda/testing/world.ts";
import { breakAgain, failing, log, mend, note } from "./mendable.ts";
import { outcome } from "./outcome.ts";

let world: World;
beforeEach(breakAgain);

/** Some of its branches may fail, but not as many as do. */
const tolerant = workflow("tolerant", {}, async (ctx) => {
  const branches = await ctx.map("items", [1, 2, 3], { tolerate: 1 }, (branch, item) =>
    branch.step("work", () => (item === 1 ? note("work 1") : failing(`work ${item}`))),
  );
  return branches.map(({ status }) => status);
});
/** Tells of what went wrong in words of its own. */
const wrapping = workflow("wrapping", {}, async (ctx) => {
  await ctx.step("before", () => note("before"));
  try {
    return await ctx.step("import", () => failing("import"));
  } catch (error) {
    throw new Error("the import has failed", { cause: error });
  }
});

describe("a run that failed with an error made of those of its operations", () => {
  afterEach(() => world.end());

  it.each([
    [tolerant as Workflow, ["fulfilled", "fulfilled", "fulfilled"]],
    [wrapping as Workflow, "import works"],
  ])("does them again when it is resumed: %#", async (flow, expected) => {
    world = await World.create({ workflows: [tolerant, wrapping] });
    world.begin();
    const run = await world.until(world.savepoint.start(flow, undefined, { id: "run" }));
    await outcome(world, run.result());
    mend();
    await world.until(run.resume());
    expect(await outcome(world, run.result())).toEqual(expected);
    expect(log.filter((one) => one === "before" || one === "work 1")).toHaveLength(1);
  });
});

class Unreadable extends Error {
  override get cause(): unknown {
    throw new Error("no looking");
  }
}

const withErrors = (errors: unknown): Error =>
  Object.defineProperty(new AggregateError([], "mine"), "errors", { value: errors });

describe("a run fails with its own error", () => {
  afterEach(() => world.end());

  it.each([
    ["whose cause throws when it is read", new Unreadable("mine")],
    ["that gathers something else than a list", withErrors({ name: "is missing" })],
    ["that gathers nothing any more", withErrors(undefined)],
    ["that gathers very many", withErrors(Array.from({ length: 200_000 }, () => new Error("x")))],
  ])("%s", async (_, error) => {
    const flow = workflow("flow", {}, async (ctx) => {
      await ctx.step("a", () => 1);
      throw error;
    });
    world = await World.create({ workflows: [flow] });
    world.begin();
    const run = await world.until(world.savepoint.start(flow, undefined, { id: "run" }));
    expect(await outcome(world, run.result())).toMatchObject({ message: "mine" });
  });
});

describe("where an error comes from", () => {
  const origins = new Origins();
  const first = new Error("first");
  const second = new Error("second");
  origins.note(first, "a");
  origins.note(second, "b");
  origins.note("a text", "c");

  it.each([
    ["its own operation", second, "b"],
    ["what caused it", new Error("x", { cause: new Error("y", { cause: second }) }), "b"],
    ["the first of those that it gathers", new AggregateError([second, first]), "a"],
    ["nothing that is known", new Error("mine", { cause: "a text" }), undefined],
    ["no error", "a text", undefined],
  ])("is %s", (_, error, key) => {
    expect(origins.of(error)).toBe(key);
  });

  it("is looked for in a cause that is made anew whenever it is read, but not for ever", () => {
    class Endless extends Error {
      override get cause(): unknown {
        return new Endless("next");
      }
    }
    expect(origins.of(new Endless("first"))).toBeUndefined();
  });

  it("is found out of a circle", () => {
    const circle = new Error("circle");
    circle.cause = new AggregateError([circle, second]);
    expect(origins.of(circle)).toBe("b");
  });
});
