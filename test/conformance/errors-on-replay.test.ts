import { expect, it } from "vitest";
import {
  type Context,
  RetryAfterError,
  TerminalError,
  ValidationError,
  workflow,
} from "../../lambda/index.ts";
import { outcome } from "../engine/outcome.ts";
import { firstTime, openWorld, recordOf, REPLAYING } from "./stage.ts";

class PaymentError extends RangeError {
  readonly code = "declined";
  constructor(message: string, options: ErrorOptions) {
    super(message, options);
    this.name = "PaymentError";
  }
}

const MAKERS: Readonly<Record<string, () => unknown>> = {
  "an error of the language": () => new TypeError("wrong", { cause: new RangeError("deep") }),
  "an error of an application's class": () =>
    Object.assign(new PaymentError("declined", { cause: "no money" }), { retryable: false }),
  "an error of the system": () =>
    Object.assign(new Error("connect refused"), { code: "ECONNREFUSED", errno: -111, port: 80 }),
  "many errors in one": () => new AggregateError([new TypeError("a"), new Error("b")], "both"),
  "an abort": () => new DOMException("stopped", "AbortError"),
  "the end of retries": () =>
    new TerminalError("never", { cause: new Error("deep"), details: { id: 7, at: new Date(5) } }),
  "a later retry": () => new RetryAfterError("busy", { retryAfter: "2s" }),
  "a schema's complaint": () =>
    new ValidationError("odd", { issues: [{ path: "a[0]", message: "is missing" }] }),
  "a text": () => "just a text",
  "an object": () => ({ status: 404, body: new Map([["a", 1]]) }),
  nothing: () => undefined,
};

/** All that code can see of what was thrown. */
function seenOf(thrown: unknown): unknown {
  if (!(thrown instanceof Error)) return thrown;
  const { name, message, cause } = thrown;
  return {
    prototype: Object.getPrototypeOf(thrown) as object,
    name,
    message,
    cause: seenOf(cause),
    own: { ...thrown },
    errors: thrown instanceof AggregateError ? thrown.errors.map(seenOf) : [],
  };
}

it.each(Object.entries(MAKERS))(
  "36. %s thrown by a step, a child or the run is the same live as on each replay",
  async (_, make) => {
    const seen: unknown[] = [];
    const fail = () => {
      throw make();
    };
    const child = workflow("child", {}, async () => fail());
    const flow = workflow("flow", {}, async (ctx: Context, _: undefined) => {
      const caught: unknown[] = [];
      for (const ask of [
        () => ctx.step("work", { retry: { attempts: 1 } }, fail),
        () => ctx.run(child, undefined),
      ]) {
        await ask().catch((error: unknown) => caught.push(seenOf(error)));
        await ctx.step("after", () => 1);
      }
      seen.push(...caught);
      await ctx.step("last", () => 1);
      return ctx.step("work", { retry: { attempts: 1 } }, fail);
    });
    const world = await openWorld([flow, child], {
      ...REPLAYING,
      fault: firstTime(recordOf("last"), "crash-after"),
    });
    const error = await outcome(world, world.run(flow, undefined));
    const again = await outcome(world, world.savepoint.get("run").result());
    expect(seen.length).toBeGreaterThanOrEqual(4);
    for (const one of seen) expect(one).toEqual(seen[0]);
    expect(seenOf(error)).toEqual(seen[0]);
    expect(seenOf(again)).toEqual(seen[0]);
  },
);

it("36. the class, name, code, cause and properties of an error are those it was thrown with", async () => {
  const flow = workflow("flow", {}, async (ctx: Context, _: undefined) =>
    ctx.step("work", { retry: { attempts: 1 } }, () => {
      throw MAKERS["an error of an application's class"]?.();
    }),
  );
  const world = await openWorld([flow]);
  const error = await outcome(world, world.run(flow, undefined));
  // Of a class that the library cannot know, the nearest one above is kept.
  expect(error).toBeInstanceOf(RangeError);
  expect(error).toMatchObject({
    name: "PaymentError",
    message: "declined",
    code: "declined",
    cause: "no money",
    retryable: false,
  });
});
