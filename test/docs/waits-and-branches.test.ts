import { afterEach, describe, expect, it, vi } from "vitest";
import { invoice, monthEnd, notify, rates } from "../../docs/examples/child-runs.ts";
import { compare } from "../../docs/examples/map-and-parallel.ts";
import { mail, pages } from "../../docs/examples/services.ts";
import { trial } from "../../docs/examples/sleeping.ts";
import { endWorlds, failureOf, longAfter, openWorld } from "./example-world.ts";

afterEach(async () => {
  vi.restoreAllMocks();
  await endWorlds();
});

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe("the example of sleeping", () => {
  it("sends each letter when it is time, and runs nothing between", async () => {
    const world = await openWorld([trial]);
    const startedAt = world.clock.now();
    const sent: [string, number][] = [];
    vi.spyOn(mail, "send").mockImplementation(async (_to, text) => {
      sent.push([text, Math.floor((world.clock.now() - startedAt) / DAY)]);
      return text;
    });
    const input = { email: "ada@example.com", endsAt: new Date(startedAt + 14 * DAY) };
    const run = await world.until(world.savepoint.start(trial, input, { id: "run" }));
    await world.pass(60_000);
    expect(await world.until(run.status())).toBe("waiting");
    const { invocations } = world;
    await longAfter(world, DAY);
    expect(world.invocations).toBe(invocations);
    await longAfter(world, DAY);
    await longAfter(world, 12 * DAY);
    expect(await world.until(run.result())).toBe("your trial is over");
    expect(sent).toEqual([
      ["welcome", 0],
      ["tips", 2],
      ["your trial is over", 14],
    ]);
  });
});

describe("the example of child runs", () => {
  it("joins the run of rates, awaits the invoices, and leaves the notice to itself", async () => {
    const read = vi.spyOn(pages, "read");
    const send = vi.spyOn(mail, "send");
    const world = await openWorld([monthEnd, rates, invoice, notify]);
    await world.until(world.savepoint.start(rates, { month: "2026-05" }, { id: "rates-2026-05" }));
    const input = { month: "2026-05", customers: ["ada", "bob"] };
    const { sent, notifiedBy } = await world.run(monthEnd, input);
    expect(sent).toEqual([
      "ada: text of https://rates.example/2026-05",
      "bob: text of https://rates.example/2026-05",
    ]);
    expect(read).toHaveBeenCalledTimes(1);
    expect(notifiedBy).toBe("run~1~notify");
    const notice = world.savepoint.get(notifiedBy);
    expect(await world.until(notice.status())).not.toBe("succeeded");
    await longAfter(world, 8 * HOUR);
    expect(await world.until(notice.status())).toBe("succeeded");
    expect(send).toHaveBeenCalledTimes(3);
  });
});

describe("the example of map and parallel", () => {
  const urls = ["a", "b", "c", "d", "e"];

  it("reads three at a time, goes on without the one that fails, and reports", async () => {
    let open = 0;
    let most = 0;
    const world = await openWorld([compare]);
    vi.spyOn(pages, "read").mockImplementation(async (url) => {
      open += 1;
      most = Math.max(most, open);
      await new Promise<void>((done) => void world.clock.after(100, done));
      open -= 1;
      if (url === "c") throw new Error("gone");
      return url;
    });
    expect(await world.run(compare, { urls })).toEqual({
      title: "short short a short b short d short e",
      count: 4,
    });
    expect(most).toBe(3);
  });

  it("fails when more than one does", async () => {
    const world = await openWorld([compare]);
    vi.spyOn(pages, "read").mockRejectedValue(new Error("gone"));
    const error = await failureOf(world, world.run(compare, { urls }));
    expect(error).toBeInstanceOf(AggregateError);
    expect((error as Error).message).toContain("1 tolerated");
  });
});
