import { afterEach, describe, expect, it } from "vitest";
import { type Context, workflow } from "../../lambda/index.ts";
import { World, type WorldOptions } from "../../lambda/testing/world.ts";

const worlds: World[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.end();
});

const seven = workflow("seven", {}, async (_: Context, input: number) => input);

async function play<T>(run: (ctx: Context) => Promise<T>, options: Partial<WorldOptions> = {}) {
  const flow = workflow("flow", {}, (ctx: Context, _: undefined) => run(ctx));
  const world = await World.create({ workflows: [flow, seven], ...options });
  worlds.push(world);
  const output = await world.run(flow, undefined).catch((error: unknown) => error);
  const meta = await world.until(world.store.readRun("run"));
  return { output, meta, world };
}

describe("whatever is thrown", () => {
  it.each([
    ["a function", () => () => 1],
    ["an object with a function", () => ({ code: 7, again: () => 1 })],
    ["an object without a prototype", () => Object.create(null) as object],
    ["a very long text", () => "x".repeat(2_000_000)],
  ])("by a step is recorded and ends neither process nor engine: %s", async (_, make) => {
    const { output, meta } = await play((ctx) =>
      ctx
        .step("throw", { retry: { attempts: 1 } }, () => {
          throw make();
        })
        .catch(() => "caught"),
    );
    expect(output).toBe("caught");
    expect(meta).toMatchObject({ status: "succeeded", recoveries: 0 });
  });

  it("by the workflow ends the run as failed, at once", async () => {
    const { meta } = await play(async () => {
      throw () => 1;
    });
    expect(meta).toMatchObject({ status: "failed", epoch: 1 });
  });
});

describe("asking for what cannot be", () => {
  it("a time beyond all calendars is refused", async () => {
    const { output } = await play((ctx) => ctx.sleepUntil("end of time", Number.MAX_VALUE));
    expect(output).toMatchObject({ code: "invalid_argument" });
  });

  it("a run cannot wait for itself", async () => {
    const { output } = await play((ctx) => ctx.run(seven, 7, { id: "run" }));
    expect(output).toMatchObject({ code: "invalid_argument" });
  });

  it.each(["random", "uuid"] as const)(
    "a step's body cannot draw from the workflow's %s",
    async (draw) => {
      const { output } = await play((ctx) => ctx.step("draw", () => ctx[draw]()));
      expect(output).toMatchObject({ code: "wrong_context" });
    },
  );
});

it("two branches may wait for one run at once", async () => {
  const { output } = await play((ctx) =>
    Promise.all([
      ctx.run(seven, 7, { key: "a", id: "shared" }),
      ctx.run(seven, 7, { key: "b", id: "shared" }),
    ]),
  );
  expect(output).toEqual([7, 7]);
});

it("heartbeats throttled for most of a lease do not lose it", async () => {
  let bodies = 0;
  const { output, meta } = await play(
    (ctx) =>
      ctx.step("long", () => {
        bodies += 1;
        return new Promise<string>(
          (resolve) => void worlds[0]?.clock.after(60_000, () => resolve("done")),
        );
      }),
    {
      fault: (_, action, body) => {
        const elapsed = (worlds[0]?.clock.now() ?? 0) - Date.UTC(2026, 0, 1);
        const isBeat = action === "UpdateItem" && body.includes("#activity = :activity");
        return isBeat && elapsed < 22_000 ? "throttle" : undefined;
      },
    },
  );
  expect(output).toBe("done");
  expect(bodies).toBe(1);
  expect(meta?.recoveries).toBe(0);
});
