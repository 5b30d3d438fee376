import { afterEach, describe, expect, it, vi } from "vitest";
import { checkout } from "../../docs/examples/steps.ts";
import { mail, payments } from "../../docs/examples/services.ts";
import {
  RetriesExhaustedError,
  StepInterruptedError,
  StepTimeoutError,
  TerminalError,
} from "../../lambda/index.ts";
import { endWorlds, failureOf, openWorld } from "./example-world.ts";

afterEach(async () => {
  vi.restoreAllMocks();
  await endWorlds();
});

const order = { cents: 995, email: "ada@example.com" };
const charged = { status: 200, id: "charge-1" };

describe("the example of steps", () => {
  it("charges and sends the receipt", async () => {
    vi.spyOn(payments, "charge").mockResolvedValue(charged);
    const send = vi.spyOn(mail, "send");
    const world = await openWorld([checkout]);
    expect(await world.run(checkout, order)).toBe("charge-1");
    expect(send.mock.calls).toEqual([["ada@example.com", "paid: charge-1"]]);
  });

  it("waits for as long as the provider asks, with the same idempotency key", async () => {
    const world = await openWorld([checkout]);
    const at: number[] = [];
    const charge = vi.spyOn(payments, "charge").mockImplementation(async () => {
      at.push(world.clock.now());
      return at.length === 1 ? { status: 429, id: "", retryAfter: 90 } : charged;
    });
    expect(await world.run(checkout, order)).toBe("charge-1");
    const [first = 0, second = 0] = at;
    expect(second - first).toBeGreaterThanOrEqual(90_000);
    expect(new Set(charge.mock.calls.map(([, key]) => key)).size).toBe(1);
  });

  it("does not charge a declined card again", async () => {
    const charge = vi.spyOn(payments, "charge").mockResolvedValue({ status: 402, id: "" });
    const world = await openWorld([checkout]);
    expect(await failureOf(world, world.run(checkout, order))).toBeInstanceOf(TerminalError);
    expect(charge).toHaveBeenCalledTimes(1);
  });

  it("does not try again what retryIf refuses", async () => {
    const charge = vi.spyOn(payments, "charge").mockRejectedValue(new SyntaxError("no JSON"));
    const world = await openWorld([checkout]);
    expect(await failureOf(world, world.run(checkout, order))).toBeInstanceOf(SyntaxError);
    expect(charge).toHaveBeenCalledTimes(1);
  });

  it("aborts an attempt at its timeout, and gives up after four", async () => {
    const reasons: unknown[] = [];
    vi.spyOn(payments, "charge").mockImplementation(
      (_cents, _key, signal) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => {
            reasons.push(signal.reason);
            reject(signal.reason as Error);
          });
        }),
    );
    const world = await openWorld([checkout]);
    const error = await failureOf(world, world.run(checkout, order));
    expect(error).toBeInstanceOf(RetriesExhaustedError);
    expect((error as Error).cause).toBeInstanceOf(StepTimeoutError);
    expect(reasons).toHaveLength(4);
  });

  it("sends no second receipt when the process dies while it sends the first", async () => {
    vi.spyOn(payments, "charge").mockResolvedValue(charged);
    const world = await openWorld([checkout]);
    const send = vi.spyOn(mail, "send").mockImplementation(() => {
      world.processes.at(-1)?.die();
      return new Promise(() => undefined);
    });
    const error = await failureOf(world, world.run(checkout, order));
    expect(error).toBeInstanceOf(StepInterruptedError);
    expect(send).toHaveBeenCalledTimes(1);
  });
});
