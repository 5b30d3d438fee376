import { afterEach, describe, expect, it, vi } from "vitest";
import { load, startLoad, stopLoad, stopOld } from "../../docs/examples/controlling-runs.ts";
import { approve, decision, deputy, expense } from "../../docs/examples/events.ts";
import { bookings, warehouse } from "../../docs/examples/services.ts";
import { trip } from "../../docs/examples/rollbacks.ts";
import {
  CancelledError,
  event,
  RunConflictError,
  RunTimeoutError,
  ValidationError,
} from "../../lambda/index.ts";
import { endWorlds, failureOf, longAfter, openWorld } from "./example-world.ts";

afterEach(async () => {
  vi.restoreAllMocks();
  await endWorlds();
});

describe("the example of events", () => {
  const start = async () => {
    const world = await openWorld([expense]);
    const run = await world.until(world.savepoint.start(expense, { euros: 40 }, { id: "run" }));
    await world.pass(60_000);
    return { world, run };
  };

  it("goes on with the answer, which a second click does not repeat", async () => {
    const { world, run } = await start();
    await world.until(approve(world.savepoint, "run"));
    await world.until(approve(world.savepoint, "run"));
    expect(await world.until(run.result())).toBe("approved by boss");
    const late = run.send(decision, { approved: false, by: "boss" });
    expect(await failureOf(world, late)).toBeInstanceOf(RunConflictError);
  });

  it.each([
    [40, "approved by deputy"],
    [60, "refused by deputy"],
  ])("goes on with a deputy's answer, to %d euros as well", async (euros, answer) => {
    const world = await openWorld([expense, deputy]);
    const run = await world.until(world.savepoint.start(expense, { euros }, { id: "expense" }));
    await world.run(deputy, { run: "expense", euros });
    expect(await world.until(run.result())).toBe(answer);
  });

  it("goes on without an answer after three days", async () => {
    const { world, run } = await start();
    await longAfter(world, 3 * 24 * 3_600_000);
    expect(await world.until(run.result())).toBe("nobody answered");
  });

  it("checks an answer where it is sent, and again where it is taken", async () => {
    const { world, run } = await start();
    const bad = { approved: "yes", by: "boss" };
    const checked = run.send(decision, bad as never);
    expect(await failureOf(world, checked)).toBeInstanceOf(ValidationError);
    expect(await world.until(run.status())).toBe("waiting");
    await world.until(run.send(event("decision"), bad));
    expect(await failureOf(world, run.result())).toBeInstanceOf(ValidationError);
  });
});

describe("the example of controlling runs", () => {
  it("unlocks the warehouse when it is stopped", async () => {
    const unlock = vi.spyOn(warehouse, "unlock");
    const world = await openWorld([load]);
    const run = await world.until(startLoad(world.savepoint, ["a", "b"]));
    await world.pass(10_000);
    await world.until(stopLoad(world.savepoint));
    const error = await failureOf(world, run.result());
    expect(error).toBeInstanceOf(CancelledError);
    expect((error as Error).message).toContain("wrong files");
    expect(unlock).toHaveBeenCalledTimes(1);
    expect((await world.until(run.history())).map(({ key }) => key)).toContain("@cancel");
  });

  it("has locked the warehouse again when it is resumed and writes to it", async () => {
    const seen: string[] = [];
    for (const name of ["lock", "load", "unlock"] as const) {
      vi.spyOn(warehouse, name).mockImplementation(async () => void seen.push(name) as never);
    }
    const world = await openWorld([load]);
    const run = await world.until(startLoad(world.savepoint, ["a"]));
    await world.pass(10_000);
    await world.until(stopLoad(world.savepoint));
    await failureOf(world, run.result());
    expect(seen.splice(0)).toEqual(["lock", "load", "unlock"]);
    await world.until(run.resume());
    expect(await failureOf(world, run.result())).toBeUndefined();
    expect(seen).toEqual(["lock", "load", "unlock"]);
  });

  it("is cancelled when its two hours are over, and unlocks then, too", async () => {
    const unlock = vi.spyOn(warehouse, "unlock");
    const world = await openWorld([load]);
    const run = await world.until(startLoad(world.savepoint, ["a", "b", "c"]));
    await world.pass(10_000);
    await longAfter(world, 2 * 3_600_000);
    expect(await failureOf(world, run.result())).toBeInstanceOf(RunTimeoutError);
    expect(unlock).toHaveBeenCalledTimes(1);
  });

  it("cancels those that are too old, and no others", async () => {
    const world = await openWorld([load]);
    const run = await world.until(startLoad(world.savepoint, ["a", "b"]));
    await world.pass(10_000);
    const now = world.clock.now();
    expect(await world.until(stopOld(world.savepoint, now))).toBe(0);
    await world.pass(1_000);
    expect(await world.until(run.status())).toBe("waiting");
    expect(await world.until(stopOld(world.savepoint, now + 6 * 3_600_000))).toBe(0);
    expect(((await failureOf(world, run.result())) as Error).message).toContain("too old");
  });

  it("leaves the warehouse locked when it is terminated", async () => {
    const unlock = vi.spyOn(warehouse, "unlock");
    const world = await openWorld([load]);
    const run = await world.until(startLoad(world.savepoint, ["a", "b"]));
    await world.pass(10_000);
    await world.until(run.terminate());
    expect(await failureOf(world, run.result())).toBeInstanceOf(CancelledError);
    await world.pass(120_000);
    expect(unlock).not.toHaveBeenCalled();
  });

  it("does nothing while it is paused, and ends when it is resumed", async () => {
    const loads = vi.spyOn(warehouse, "load");
    const world = await openWorld([load]);
    const run = await world.until(startLoad(world.savepoint, ["a", "b"]));
    await world.pass(10_000);
    await world.until(run.pause());
    await world.pass(600_000);
    expect(loads).toHaveBeenCalledTimes(1);
    await world.until(run.resume());
    expect(await failureOf(world, run.result())).toBeUndefined();
    expect(loads).toHaveBeenCalledTimes(2);
  });
});

describe("the example of rollbacks", () => {
  const noCar = async (what: string) => {
    if (what.startsWith("car")) throw new Error("no car left");
    return what;
  };

  it("cancels what was booked, the last first, when the rest cannot be had", async () => {
    vi.spyOn(bookings, "book").mockImplementation(noCar);
    const cancel = vi.spyOn(bookings, "cancel");
    const world = await openWorld([trip]);
    const error = await failureOf(world, world.run(trip, { days: 3 }));
    expect((error as Error).message).toContain("no car left");
    expect(cancel.mock.calls).toEqual([["hotel for 3 days"], ["flight for 3 days"]]);
  });

  it("goes on with the others when one cannot be cancelled, and records that", async () => {
    vi.spyOn(bookings, "book").mockImplementation(noCar);
    const cancel = vi.spyOn(bookings, "cancel").mockImplementation(async (booking) => {
      if (booking.startsWith("hotel")) throw new Error("no refund");
      return booking;
    });
    const world = await openWorld([trip]);
    const error = await failureOf(world, world.run(trip, { days: 3 }));
    expect((error as Error).message).toContain("no car left");
    expect(cancel.mock.calls.filter(([booking]) => booking.startsWith("hotel"))).toHaveLength(5);
    const history = await world.until(world.savepoint.get("run").history());
    expect(history.map(({ key, state }) => [key, state])).toEqual([
      ["flight", "succeeded"],
      ["hotel", "succeeded"],
      ["car", "failed"],
      ["@rollback/hotel", "failed"],
      ["@rollback/flight", "succeeded"],
    ]);
    expect(world.logs.map(({ message }) => message)).toContain(
      "a rollback failed for good; the others go on",
    );
  });

  it("cancels nothing when all is booked", async () => {
    const cancel = vi.spyOn(bookings, "cancel");
    const world = await openWorld([trip]);
    expect(await world.run(trip, { days: 3 })).toHaveLength(3);
    expect(cancel).not.toHaveBeenCalled();
  });
});
