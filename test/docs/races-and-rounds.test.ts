import { afterEach, describe, expect, it, vi } from "vitest";
import { answer, expert, question, withdrawn } from "../../docs/examples/race.ts";
import { account, closure, purchase } from "../../docs/examples/rounds.ts";
import { mail, pages } from "../../docs/examples/services.ts";
import { endWorlds, failureOf, longAfter, openWorld } from "./example-world.ts";

afterEach(async () => {
  vi.restoreAllMocks();
  await endWorlds();
});

const DAY = 24 * 3_600_000;

describe("the example of races", () => {
  const asked = { text: "Why?", url: "https://why.example" };
  const EXPERT = "run~1~answer@expert@expert";
  /** Asks, while the page does not come until it is told to stop. */
  const start = async () => {
    const told: unknown[] = [];
    vi.spyOn(pages, "read").mockImplementation(
      (_, signal) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener("abort", () => {
            told.push(signal.reason);
            reject(new Error("not read to its end"));
          });
        }),
    );
    const world = await openWorld([question, expert]);
    const run = await world.until(world.savepoint.start(question, asked, { id: "run" }));
    await world.pass(5_000);
    return { world, run, told };
  };

  it("answers from the page, and has the expert asked no more", async () => {
    const world = await openWorld([question, expert]);
    expect(await world.run(question, asked)).toBe("page: text of https://why.example");
    await world.pass(10_000);
    expect(await world.until(world.savepoint.get(EXPERT).status())).toBe("cancelled");
  });

  it("answers as the expert does, and stops reading", async () => {
    const { world, run, told } = await start();
    await world.until(world.savepoint.get(EXPERT).send(answer, "Because."));
    expect(await world.until(run.result())).toBe("expert: Because.");
    expect(told).toContain("cancelled");
  });

  it("ends when the question is withdrawn, with the expert's run and the reading", async () => {
    const { world, run, told } = await start();
    await world.until(run.send(withdrawn, "found it"));
    expect(await world.until(run.result())).toBe("withdrawn: found it");
    expect(told).toContain("cancelled");
    await world.pass(10_000);
    expect(await world.until(world.savepoint.get(EXPERT).status())).toBe("cancelled");
  });

  it("gives up after two days", async () => {
    vi.spyOn(pages, "read").mockReturnValue(new Promise(() => {}));
    const world = await openWorld([question, expert]);
    const run = await world.until(world.savepoint.start(question, asked, { id: "run" }));
    await world.pass(5_000);
    await longAfter(world, 2 * DAY);
    expect(await world.until(run.result())).toBe("nobody knows");
  });

  it("fails when the page cannot be had, with what the page's branch has thrown", async () => {
    vi.spyOn(pages, "read").mockRejectedValue(new Error("no such page"));
    const world = await openWorld([question, expert]);
    const error = await failureOf(world, world.run(question, asked));
    expect((error as Error).message).toContain("no such page");
  });
});

describe("the example of rounds", () => {
  it("counts on in another round, misses no purchase, and ends with the account", async () => {
    const send = vi.spyOn(mail, "send");
    const world = await openWorld([account]);
    const opened = { email: "ada@example.com", points: 5 };
    const run = await world.until(world.savepoint.start(account, opened, { id: "account" }));
    for (let n = 1; n <= 120; n += 1) {
      await world.until(run.send(purchase, n));
      if (n % 20 === 0) await world.pass(60_000);
    }
    expect(send.mock.calls.at(-1)?.[1]).toBe("7265 points");
    const history = await world.until(run.history());
    expect(history.filter(({ kind }) => kind === "step")).toHaveLength(20);
    await world.until(run.send(closure, undefined));
    expect(await world.until(run.result())).toBe(7265);
    expect(send).toHaveBeenCalledTimes(120);
  });
});
