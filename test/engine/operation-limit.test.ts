import { afterEach, describe, expect, it, vi } from "vitest";
import { InvalidArgumentError, type Token, workflow } from "../../lambda/index.ts";
import { World } from "../../lambda/testing/world.ts";
import { expectSoundEnd } from "./invariants.ts";

const MAX = 6;
vi.mock("../../lambda/core/limits.ts", async (original) => {
  const { LIMITS } = await original<typeof import("../../lambda/core/limits.ts")>();
  return { LIMITS: { ...LIMITS, operationsMax: 6 } };
});

let world: World;
let log: string[] = [];
afterEach(async () => {
  await world.end();
  log = [];
});

const steps = workflow("steps", {}, async (ctx) => {
  for (let n = 0; n <= MAX; n += 1) await ctx.step("one", () => log.push(`${n}`));
});
const races = workflow("races", {}, async (ctx) => {
  for (let n = 0; n <= MAX; n += 1) {
    await ctx.race("one", { only: async () => n });
    log.push(`${n}`);
  }
});
const results = workflow("results", {}, async (ctx) => {
  const tokens: Token<unknown>[] = [];
  for (let n = 0; n < MAX; n += 1) tokens.push(await ctx.token("one"));
  await tokens[0]?.result();
});
const undone = workflow("undone", {}, async (ctx) => {
  for (let n = 0; n <= MAX; n += 1) {
    const rollback = () => void log.push(`undo ${n}`);
    await ctx.step("one", { rollback }, () => log.push(`${n}`));
  }
});

async function failureOf(asking: typeof steps): Promise<unknown> {
  world = await World.create({ workflows: [steps, races, results, undone] });
  return world.run(asking, undefined).catch((error: unknown) => error);
}

describe("a run that asks for too many operations", () => {
  it.each([steps, races, results])("fails, whatever asks for them: $name", async (asking) => {
    const error = await failureOf(asking);
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error).toMatchObject({ message: expect.stringContaining("more than 6 operations") });
    expect(log).toHaveLength(asking === results ? 0 : MAX);
    await expectSoundEnd(world);
  });

  it("undoes all the same what it has done", async () => {
    expect(await failureOf(undone)).toBeInstanceOf(InvalidArgumentError);
    expect(log.slice(MAX)).toEqual([5, 4, 3, 2, 1, 0].map((n) => `undo ${n}`));
    await expectSoundEnd(world);
  });
});
