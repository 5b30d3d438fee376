import { afterEach, describe, expect, it } from "vitest";
import { type Context, event, type Schema, workflow } from "../../lambda/index.ts";
import { World } from "../../lambda/testing/world.ts";

let world: World | undefined;
afterEach(() => world?.end());

const child = workflow("child", {}, async () => 1);
const approved = event("approved");

/** What a workflow function ends with. */
async function endOf(run: (ctx: Context) => Promise<unknown>): Promise<unknown> {
  const flow = workflow("flow", {}, (ctx: Context, _: undefined) => run(ctx));
  world = await World.create({ workflows: [flow, child] });
  return world.run(flow, undefined).catch((error: unknown) => error);
}

const refused = (message: string) => ({
  code: "invalid_argument",
  message: expect.stringContaining(message) as string,
});

// As JavaScript passes them, and TypeScript from a variable.
const misspelt = (option: string, value: unknown = "1s"): never => ({ [option]: value }) as never;

describe("a misspelt option is refused before anything of it is begun:", () => {
  let bodies = 0;
  const body = () => {
    bodies += 1;
  };

  it.each<[string, (ctx: Context) => Promise<unknown>, string]>([
    [
      "of a step",
      (ctx) => ctx.step("pay", misspelt("atmostonce", true), body),
      'step "pay" has no option "atmostonce"; it takes',
    ],
    [
      "of a step's retry",
      (ctx) => ctx.step("pay", { retry: misspelt("attemps", 9) }, body),
      'retry has no option "attemps"; it takes',
    ],
    [
      "a number as a step's retry",
      (ctx) => ctx.step("pay", { retry: 3 as never }, body),
      "the options of retry are 3; give an object of attempts,",
    ],
    [
      "false as a step's retry",
      (ctx) => ctx.step("pay", { retry: false as never }, body),
      "the options of retry are false",
    ],
    [
      "of a map",
      (ctx) => ctx.map("all", [1], misspelt("concurency", 1), async () => body()),
      'map "all" has no option "concurency"; it takes',
    ],
    [
      "of parallel branches",
      (ctx) => ctx.parallel("all", { a: async () => body() }, misspelt("tolerate", 1)),
      'parallel "all" has no option "tolerate"; it takes concurrency',
    ],
    [
      "of a wait",
      (ctx) => ctx.waitFor(approved, misspelt("timeOut")),
      'the wait for "approved" has no option "timeOut"; it takes',
    ],
    [
      "of a token",
      (ctx) => ctx.token("reply", misspelt("timout")),
      'token "reply" has no option "timout"; it takes',
    ],
    [
      "of a child that is awaited",
      (ctx) => ctx.run(child, undefined, misspelt("Key")),
      'workflow "child" has no option "Key"; it takes',
    ],
    [
      "of a child that is started",
      (ctx) => ctx.start(child, undefined, misspelt("timout")),
      'workflow "child" has no option "timout"; it takes',
    ],
  ])("%s", async (_, run, message) => {
    bodies = 0;
    expect(await endOf(run)).toMatchObject(refused(message));
    expect(bodies).toBe(0);
    expect(await world?.until(world.savepoint.get("run").history())).toEqual([]);
  });

  it("of a workflow's declaration", () => {
    expect(() => workflow("a", misspelt("inptu"), async () => 1)).toThrow(
      'workflow "a" has no option "inptu"; it takes',
    );
  });
});

describe("what is no Standard Schema is refused where it is declared:", () => {
  const noSchema = { topic: "string" } as unknown as Schema;
  const needs = /needs a Standard Schema \(zod 3\.24 or newer, valibot, arktype\)/;

  it("as a workflow's input or output, and as an event's schema", () => {
    expect(() => workflow("a", { input: noSchema }, async () => 1)).toThrow(needs);
    expect(() => workflow("a", { output: noSchema }, async () => 1)).toThrow(needs);
    expect(() => event("e", noSchema)).toThrow(/^event "e" needs a Standard Schema/);
    expect(() => event("e", null as unknown as Schema)).toThrow(needs);
    expect(() => event("e", { "~standard": {} } as unknown as Schema)).toThrow(needs);
  });

  it("as a token's schema, before the token is drawn", async () => {
    const end = await endOf((ctx) => ctx.token("reply", { schema: noSchema }));
    expect(end).toMatchObject(refused('token "reply" needs a Standard Schema'));
    expect(await world?.until(world.savepoint.get("run").history())).toEqual([]);
  });

  it("but a function that is one, as arktype's are, is taken", () => {
    const validate = (value: unknown) => ({ value });
    const type = Object.assign(() => 1, { "~standard": { validate, version: 1, vendor: "own" } });
    expect(event("e", type as unknown as Schema).schema).toBe(type);
  });
});
