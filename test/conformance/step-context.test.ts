import { describe, expect, it } from "vitest";
import { type Context, event, workflow, WrongContextError } from "../../lambda/index.ts";
import { outcome } from "../engine/outcome.ts";
import { openWorld, play } from "./stage.ts";

const child = workflow("child", {}, async () => 1);
const news = event<number>("news");

const CALLS: Readonly<Record<string, (ctx: Context) => unknown>> = {
  step: (ctx) => ctx.step("inner", () => 1),
  sleep: (ctx) => ctx.sleep("inner", 1),
  sleepUntil: (ctx) => ctx.sleepUntil("inner", 0),
  waitFor: (ctx) => ctx.waitFor(news),
  token: (ctx) => ctx.token("inner"),
  send: (ctx) => ctx.send("other", news, 1),
  run: (ctx) => ctx.run(child, undefined),
  start: (ctx) => ctx.start(child, undefined),
  map: (ctx) => ctx.map("inner", [1], async (_, n) => n),
  parallel: (ctx) => ctx.parallel("inner", { a: async () => 1 }),
  race: (ctx) => ctx.race("inner", { a: async () => 1 }),
  patched: (ctx) => ctx.patched("inner"),
  continueAsNew: (ctx) => ctx.continueAsNew(undefined),
  random: (ctx) => ctx.random(),
  uuid: (ctx) => ctx.uuid(),
};

describe("what may be asked where", () => {
  it.each(Object.entries(CALLS))(
    "5. %s in a step's body is refused, and nothing of it is recorded",
    async (_, call) => {
      const { output, history, world } = await play((ctx) => ctx.step("outer", () => call(ctx)), {
        also: [child],
      });
      expect(output).toBeInstanceOf(WrongContextError);
      expect((output as Error).message).toContain('step "outer"');
      expect(history.map(({ key }) => key)).toEqual(["outer"]);
      const { runs } = await world.until(world.savepoint.list());
      expect(runs.map(({ id }) => id)).toEqual(["run"]);
    },
  );

  it("5. the ctx of another run is refused", async () => {
    let theirs: Context | undefined;
    const host = workflow("host", {}, async (ctx: Context) => {
      theirs = ctx;
      await ctx.step("wait for the guest", () => guestEnded);
    });
    const guest = workflow("guest", {}, async () => theirs?.step("theft", () => 1));
    const world = await openWorld([host, guest]);
    let release = (): void => undefined;
    const guestEnded = new Promise<void>((resolve) => {
      release = resolve;
    });
    const open = await world.until(world.savepoint.start(host, undefined));
    await world.quiet();
    expect(await outcome(world, world.run(guest, undefined, "guest"))).toBeInstanceOf(
      WrongContextError,
    );
    release();
    await world.until(open.result());
    const history = await world.until(open.history());
    expect(history.map(({ key }) => key)).toEqual(["wait for the guest"]);
  });
});

describe("what a body is told of its step", () => {
  it("17. its key, its attempt, and how many attempts it has", async () => {
    const told: unknown[] = [];
    await play(async (ctx) => {
      for (const retry of [{ attempts: 3, delay: 10 }, { attempts: 1 }]) {
        await ctx
          .step("told", { retry }, ({ key, attempt, attempts }) => {
            told.push([key, attempt, attempts]);
            throw new Error("again");
          })
          .catch(() => undefined);
      }
      await ctx.step("once", { atMostOnce: true }, ({ key, attempts }) => {
        told.push([key, attempts]);
      });
      await ctx.map("all", ["a"], (branch) =>
        branch.step("usual", ({ key, attempts }) => void told.push([key, attempts])),
      );
    });
    expect(told).toEqual([
      ["told", 1, 3],
      ["told", 2, 3],
      ["told", 3, 3],
      ["told#2", 1, 1],
      ["once", 1],
      ["all/0/usual", 5],
    ]);
  });
});

it("23. a step in a step is refused where it is asked; the outer one is recorded alone", async () => {
  const inner: unknown[] = [];
  const { output, history } = await play((ctx) =>
    ctx.step("outer", async () => {
      await ctx.step("inner", () => inner.push("entered")).catch((error) => inner.push(error));
      return "outer goes on";
    }),
  );
  expect(output).toBe("outer goes on");
  expect(inner).toEqual([expect.any(WrongContextError)]);
  expect(history).toMatchObject([{ key: "outer", state: "succeeded", attempts: 1 }]);
});
