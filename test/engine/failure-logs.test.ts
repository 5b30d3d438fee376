import { afterEach, describe, expect, it } from "vitest";
import { type Context, event, TerminalError, workflow } from "../../lambda/index.ts";
import { World, type WorldOptions } from "../../lambda/testing/world.ts";

let world: World;
afterEach(() => world.end());

/** The warnings and errors that a run leaves in the log, and what it ends with. */
async function linesOf(
  run: (ctx: Context) => Promise<unknown>,
  options: Partial<WorldOptions> = {},
) {
  const flow = workflow("flow", {}, (ctx: Context, _: undefined) => run(ctx));
  world = await World.create({ workflows: [flow], ...options });
  const end = await world.run(flow, undefined).catch((error: unknown) => error);
  const lines = world.logs
    .filter(({ level }) => level === "warn" || level === "error")
    .map(({ level, message, fields }) => ({ level, message, ...fields }));
  return { lines, end };
}

const THROWN = { stack: expect.stringContaining(import.meta.filename) as string };
const of = { run: "run", workflow: "flow" };

describe("the log", () => {
  it("has a warning for each failed attempt, and an error for the run that fails of it", async () => {
    const { lines } = await linesOf((ctx) =>
      ctx.step("pay", { retry: { attempts: 3, delay: "2s" } }, ({ attempt }) => {
        throw new TypeError(`no ${attempt}`);
      }),
    );
    const failed = { level: "warn", ...of, step: "pay" };
    const retried = { message: "attempt of a step failed; another one follows" };
    const retryAt = expect.stringMatching(/^\d{4}-.*Z$/) as string;
    expect(lines).toMatchObject([
      { ...failed, ...retried, attempt: 1, retryAt, error: { ...THROWN, message: "no 1" } },
      { ...failed, ...retried, attempt: 2, retryAt, error: { ...THROWN, message: "no 2" } },
      { ...failed, message: "step failed", attempt: 3, error: { ...THROWN, message: "no 3" } },
      {
        level: "error",
        message: "run failed",
        ...of,
        step: "pay",
        error: { code: "retries_exhausted", cause: { ...THROWN, name: "TypeError" } },
      },
    ]);
  });

  it("has them once, however often what failed is replayed", async () => {
    const { lines, end } = await linesOf(async (ctx) => {
      await ctx
        .step("try", { retry: { attempts: 2, delay: "2s" } }, () => {
          throw new TerminalError("refused");
        })
        .catch(() => undefined);
      for (const name of ["a", "b", "c"]) await ctx.sleep(name, "1h");
      return ctx.attempt;
    });
    expect(end).toBeGreaterThan(2);
    expect(lines).toMatchObject([{ message: "step failed", attempt: 1, error: { ...THROWN } }]);
  });

  it("has one for a failure that is recorded only by a worker after the one that has died of it", async () => {
    let crashes = 0;
    const fault = (_: number, action: string, body: string) =>
      action === "PutItem" && body.includes("refused") && crashes++ === 0
        ? ("crash-before" as const)
        : undefined;
    const { lines } = await linesOf(
      (ctx) =>
        ctx
          .step("try", () => {
            throw new TerminalError("refused");
          })
          .catch(() => undefined),
      { fault },
    );
    expect(lines.filter(({ message }) => message === "step failed")).toHaveLength(1);
    expect(crashes).toBe(2);
  });

  it("has an error for a run that fails of its own code, with no step to blame", async () => {
    const { lines } = await linesOf(async () => {
      throw new TypeError("cannot read");
    });
    expect(lines).toMatchObject([
      { level: "error", message: "run failed", ...of, step: undefined, error: { ...THROWN } },
    ]);
  });

  it("has a warning for a rollback that fails, and for a send whose mailbox is full", async () => {
    const { lines } = await linesOf(async (ctx) => {
      const rollback = () => {
        throw new TerminalError("stays");
      };
      await ctx.step("book", { rollback }, () => 1);
      await ctx.send("nobody", event("hello"), 1);
    });
    expect(lines).toMatchObject([
      { level: "warn", message: "send failed", step: "hello", error: { code: "run_not_found" } },
      { level: "warn", message: "rollback failed", step: "@rollback/book", attempt: 1 },
      { level: "error", message: "a rollback failed for good; the others go on", step: "book" },
      { level: "error", message: "run failed", step: "hello" },
    ]);
  });

  it.each([
    ["text", "no", { name: "string", message: "no" }],
    ["undefined", undefined, { name: "undefined", message: "undefined" }],
    ["an object that leads back to itself", circular(), { name: "object" }],
    [
      "an error that throws when it is looked at",
      hostile(),
      { message: expect.any(String) as string },
    ],
  ])("bears with %s that is thrown", async (_, thrown, error) => {
    const { lines } = await linesOf((ctx) =>
      ctx.step("odd", { retry: { attempts: 1 } }, () => {
        throw thrown;
      }),
    );
    expect(lines).toMatchObject([
      { message: "step failed", error },
      { message: "run failed", error },
    ]);
    expect(() => JSON.stringify(lines)).not.toThrow();
  });
});

function circular(): object {
  const object: Record<string, unknown> = { size: 1n };
  object["self"] = object;
  return object;
}

function hostile(): Error {
  return Object.defineProperty(new Error("hidden"), "message", {
    get() {
      throw new Error("keep out");
    },
  });
}
