import { describe, expect, it, onTestFinished } from "vitest";
import { TerminalError, workflow } from "../../lambda/index.ts";
import { World } from "../../lambda/testing/world.ts";

describe("many forks", () => {
  const broken = workflow("broken", {}, async (ctx) => {
    await ctx.step("work", () => {
      throw new TerminalError("broken");
    });
  });

  /** A world with three failed runs; forks of them, and the end of these, too. */
  async function failedRuns() {
    const world = await World.create({ workflows: [broken] });
    world.begin();
    onTestFinished(() => world.end());
    for (const id of ["a", "b", "c"]) {
      const run = await world.until(world.savepoint.start(broken, undefined, { id }));
      await world.until(run.result().catch(() => undefined));
      await world.pass(1_000);
    }
    const fork = async (idempotencyKey?: string) => {
      const report = await world.until(
        world.savepoint.bulk("fork", { status: "failed" }, { from: "work", idempotencyKey }),
      );
      await world.pass(60_000);
      return report.runs.map(({ id, fork: made }) => [id, made]);
    };
    return { world, fork };
  }

  it("with the same key are made once, and are not forked themselves", async () => {
    const { world, fork } = await failedRuns();
    const forks = await fork("k");
    expect(forks.map(([id]) => id)).toEqual(["c", "b", "a"]);
    // By now they have failed, too.
    expect(await fork("k")).toEqual(forks);
    const { runs } = await world.until(world.savepoint.list({ status: "failed" }));
    expect(runs).toHaveLength(6);
    expect(runs.map(({ id }) => id)).toEqual(
      expect.arrayContaining(["a", "b", "c", ...forks.map(([, made]) => made)]),
    );
    for (const [id, made] of forks) {
      expect(runs.find((run) => run.id === made)?.forkedFrom?.id).toBe(id);
    }
  });

  it("with another key, or none, are made anew", async () => {
    const { world, fork } = await failedRuns();
    await fork("k");
    expect(await fork("other")).toHaveLength(6);
    expect(await fork()).toHaveLength(12);
    const { runs } = await world.until(world.savepoint.list({ status: "failed" }));
    expect(runs).toHaveLength(24);
  });
});
