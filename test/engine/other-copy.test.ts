import { runInThisContext } from "node:vm";
import { build } from "esbuild";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import * as ours from "../../lambda/core/errors.ts";
import { type Context, workflow } from "../../lambda/index.ts";
import { World } from "../../lambda/testing/world.ts";

/** The errors of another copy of the library, as CommonJS gets it beside the ES module. */
let theirs: typeof ours;
beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: [new URL("../../lambda/core/errors.ts", import.meta.url).pathname],
    bundle: true,
    format: "cjs",
    write: false,
  });
  const load = runInThisContext(
    `(module) => {${outputFiles[0]?.text}\nreturn module.exports;}`,
  ) as (module: object) => typeof ours;
  theirs = load({ exports: {} });
});

let world: World | undefined;
afterEach(() => world?.end());

async function play(run: (ctx: Context) => Promise<unknown>) {
  const flow = workflow("flow", {}, (ctx: Context, _: undefined) => run(ctx));
  const made = await World.create({ workflows: [flow] });
  world = made;
  const error = await made.run(flow, undefined).catch((thrown: unknown) => thrown);
  return { error };
}

describe("an error of another copy of the library", () => {
  it("is none of this copy's classes, and is known by its code", () => {
    const error = new theirs.TerminalError("no");
    expect(error).not.toBeInstanceOf(ours.SavepointError);
    expect(ours.isSavepointError(error)).toBe(true);
    expect(ours.isSavepointError(error, "terminal")).toBe(true);
    expect(ours.isSavepointError(error, "cancelled")).toBe(false);
    expect(theirs.isSavepointError(new ours.CancelledError("no"), "cancelled")).toBe(true);
  });

  it("ends the retries of a step when it is terminal, and comes back as this copy's class", async () => {
    let calls = 0;
    const { error } = await play((ctx) =>
      ctx.step("pay", () => {
        calls += 1;
        throw new theirs.TerminalError("card refused", { details: { card: 4 } });
      }),
    );
    expect(calls).toBe(1);
    expect(error).toBeInstanceOf(ours.TerminalError);
    expect(error).toMatchObject({
      name: "TerminalError",
      code: "terminal",
      message: "card refused",
      details: { card: 4 },
    });
  });

  it("of a class that extends one of them comes back as this copy's, with its name", async () => {
    class CardRefused extends theirs.TerminalError {
      override name = "CardRefused";
    }
    const { error } = await play((ctx) =>
      ctx.step("pay", () => {
        throw new CardRefused("no");
      }),
    );
    expect(error).toBeInstanceOf(ours.TerminalError);
    expect(error).toMatchObject({ name: "CardRefused", code: "terminal" });
  });

  it("says when a step is tried again", async () => {
    const attemptedAt: number[] = [];
    await play((ctx) =>
      ctx.step("call", { retry: { attempts: 2 } }, () => {
        attemptedAt.push(world?.clock.now() ?? 0);
        if (attemptedAt.length === 1)
          throw new theirs.RetryAfterError("busy", { retryAfter: "5m" });
      }),
    );
    const [first = 0, second = 0] = attemptedAt;
    expect(second - first).toBeGreaterThanOrEqual(300_000);
  });

  it("asks nothing of a proxy that throws at whatever it is asked", () => {
    const refuse = () => {
      throw new Error("hands off");
    };
    const proxy: unknown = new Proxy(new Error("hidden"), { get: refuse, has: refuse });
    expect(ours.isSavepointError(proxy)).toBe(false);
  });
});
