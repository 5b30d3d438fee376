import { afterEach, describe, expect, it } from "vitest";
import { type Context, NoProgressError, StepTooLongError, workflow } from "../../lambda/index.ts";
import type { EngineSettings } from "../../lambda/engine/settings.ts";
import { World } from "../../lambda/testing/world.ts";
import { expectSoundEnd } from "./invariants.ts";

let world: World;
afterEach(() => world.end());

/** Waits in virtual time. */
const rest = (ms: number) => new Promise<void>((resolve) => void world.clock.after(ms, resolve));
const forEver = () => new Promise<never>(() => undefined);

/** A schema that lets everything pass, once `ready` has. */
const passing = (ready: () => Promise<void>) => ({
  "~standard": {
    version: 1 as const,
    vendor: "test",
    validate: async (value: unknown) => {
      await ready();
      return { value };
    },
  },
});

/** Answers from the `nth` call on, and not at all before. */
function from(nth: number): () => Promise<void> {
  let calls = 0;
  return async () => {
    calls += 1;
    if (calls < nth) await forEver();
  };
}

/** Plays a workflow in invocations of a minute, of which the last five seconds are kept free. */
async function play<T>(
  run: (ctx: Context) => Promise<T>,
  options: {
    readonly settings?: Partial<EngineSettings>;
    readonly output?: ReturnType<typeof passing>;
    readonly children?: ReturnType<typeof echo>[];
  } = {},
) {
  const { settings = {}, output: schema, children = [] } = options;
  const flow = workflow("flow", { ...(schema && { output: schema }) }, (ctx, _: undefined) =>
    run(ctx),
  );
  world = await World.create({
    workflows: [flow, ...children],
    invocationMs: 60_000,
    settings,
  });
  const output = await world.run(flow, undefined).catch((error: unknown) => error);
  await world.pass(120_000);
  await expectSoundEnd(world, { isReplayed: false });
  const meta = await world.until(world.store.readRun("run"));
  const dead = world.processes.filter(({ isDead }) => isDead).length;
  return { output, meta, dead, invocations: world.invocations };
}

const echo = (ready: () => Promise<void>) =>
  workflow("echo", { input: passing(ready) }, async (_, n) => n);

describe("a step that needs nearly all of an invocation", () => {
  it("starts, as the first body here, however long the replay took", async () => {
    const { output, invocations } = await play(async (ctx) => {
      await rest(7_000);
      return ctx.step("long", { timeout: "50s" }, async () => {
        await rest(40_000);
        return "done";
      });
    });
    expect(output).toBe("done");
    expect(invocations).toBe(1);
  });

  it("is not what later steps are expected to take when it was aborted at a deadline", async () => {
    let tries = 0;
    const { output, invocations } = await play(async (ctx) => {
      await ctx.step("stuck once", async () => {
        tries += 1;
        if (tries === 1) await forEver();
      });
      await ctx.sleep("park", "30s");
      for (let i = 0; i < 5; i += 1) await ctx.step("short", () => rest(2_000));
      return "done";
    });
    expect(output).toBe("done");
    // One is aborted, the next tries again and parks, the third does the rest.
    expect(invocations).toBe(3);
  });
});

describe("user code that does not settle gives the run back at the deadline", () => {
  it("retryIf: three times, then the step fails", async () => {
    let bodies = 0;
    const { output, dead } = await play((ctx) =>
      ctx.step("work", { retry: { retryIf: forEver } }, () => {
        bodies += 1;
        throw new Error("no");
      }),
    );
    expect(output).toBeInstanceOf(StepTooLongError);
    expect({ bodies, dead }).toEqual({ bodies: 3, dead: 0 });
  });

  it("retryIf that answers the next time is asked again", async () => {
    const ready = from(2);
    const { output, dead } = await play((ctx) =>
      ctx.step(
        "work",
        { retry: { attempts: 3, retryIf: () => ready().then(() => false) } },
        ({ attempt }) => {
          throw new RangeError(`attempt ${attempt}`);
        },
      ),
    );
    expect(output).toMatchObject({ name: "RangeError", message: "attempt 1" });
    expect(dead).toBe(0);
  });

  it.each(["run", "start"] as const)(
    "a child's input schema, asked by ctx.%s, holds nobody and is asked again",
    async (how) => {
      const child = echo(from(3));
      const { output, meta, dead } = await play(
        async (ctx): Promise<unknown> => (how === "run" ? ctx.run(child, 7) : ctx.start(child, 7)),
        { children: [child] },
      );
      expect(output).toEqual(how === "run" ? 7 : { id: "run~1~echo" });
      expect(meta?.recoveries).toBe(0);
      expect(dead).toBe(0);
    },
  );

  it("an output schema that answers the next time", async () => {
    const { output, meta, dead } = await play((ctx) => ctx.step("work", () => "done"), {
      output: passing(from(2)),
    });
    expect(output).toBe("done");
    expect(meta).toMatchObject({ epoch: 2, recoveries: 0 });
    expect(dead).toBe(0);
  });

  it.each([
    ["an output schema", { output: passing(forEver) }],
    ["a child's input schema", { children: [echo(forEver)] }],
  ])("%s that never answers fails the run in the end", async (_, options) => {
    const [child] = "children" in options ? options.children : [];
    const { output, dead } = await play<unknown>(
      (ctx) => (child ? ctx.run(child, 7) : ctx.step("work", () => "done")),
      options,
    );
    expect(output).toBeInstanceOf(NoProgressError);
    expect((output as Error).message).toContain("16 times");
    expect(dead).toBe(0);
  });
});

describe("waiting with patience for the code ends at the deadline", () => {
  it("in replay, for what is recorded to be asked", async () => {
    let calls = 0;
    const { output, dead } = await play(
      async (ctx) => {
        calls += 1;
        await ctx.step("a", () => 1);
        if (calls === 2) await rest(100_000);
        await ctx.step("b", () => 2);
        await ctx.sleep("park", "30s");
        return "done";
      },
      { settings: { replayPatienceMs: 600_000 } },
    );
    expect(output).toBe("done");
    expect({ calls, dead }).toEqual({ calls: 3, dead: 0 });
  });

  it("live, for anything to be asked", async () => {
    let calls = 0;
    const { output, dead } = await play(
      async (ctx) => {
        calls += 1;
        await ctx.step("a", () => 1);
        if (calls === 1) await rest(100_000);
        return ctx.step("b", () => "done");
      },
      { settings: { idlePatienceMs: 600_000 } },
    );
    expect(output).toBe("done");
    expect({ calls, dead }).toEqual({ calls: 2, dead: 0 });
  });
});
