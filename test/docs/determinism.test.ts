import { afterEach, describe, expect, it, vi } from "vitest";
import { extended, first, inserted, raffle, renamed } from "../../docs/examples/determinism.ts";
import { mail } from "../../docs/examples/services.ts";
import { type Workflow, workflow } from "../../lambda/index.ts";
import { endWorlds, longAfter, openWorld } from "./example-world.ts";

afterEach(async () => {
  vi.restoreAllMocks();
  await endWorlds();
});

const DAY = 24 * 3_600_000;

/** Starts the first version, deploys another while it sleeps, and lets it go on. */
async function redeployed(next: Workflow<unknown, string>) {
  let deployed: Workflow<unknown, string> = first;
  const newsletter = workflow("newsletter", {}, (ctx) => deployed.run(ctx, undefined as never));
  // The world reads the version from here each time, as a new process would.
  Object.defineProperty(newsletter, "version", { get: () => deployed.version });
  const world = await openWorld([newsletter], { code: () => "bundle" });
  const run = await world.until(world.savepoint.start(newsletter, undefined, { id: "run" }));
  await world.pass(60_000);
  deployed = next;
  await longAfter(world, DAY);
  const deploy = async (other: Workflow<unknown, string>) => {
    deployed = other;
    // A blocked run is looked at less and less often, at least each hour.
    await longAfter(world, 3_600_000);
  };
  return { world, run, deploy };
}

describe("the example of a raffle", () => {
  it("draws the same reader, day and ticket again when its worker dies", async () => {
    const send = vi.spyOn(mail, "send").mockReturnValueOnce(new Promise(() => {}));
    const world = await openWorld([raffle]);
    const readers = Array.from({ length: 1_000 }, (_, n) => `reader-${n}`);
    const run = await world.until(world.savepoint.start(raffle, { readers }, { id: "run" }));
    await world.pass(5_000);
    for (const process of world.processes) process.die();
    await world.until(run.result());
    const [told, toldAgain] = send.mock.calls;
    expect(toldAgain).toEqual(told);
    expect(told).toEqual([
      expect.stringMatching(/^reader-\d+$/),
      expect.stringMatching(/^2026-01-01, ticket [\da-f-]{36}$/),
    ]);
  });
});

describe("the example of code changes", () => {
  it("goes on under code that asks for the same and then for more", async () => {
    const { world, run } = await redeployed(extended);
    expect(await world.until(run.result())).toBe("readers@example.com: short text of draft");
  });

  it("goes on as before where it has passed a patch, and follows it where it has not", async () => {
    const { world, run } = await redeployed(inserted);
    expect(await world.until(run.result())).toBe("readers@example.com: text of draft");
    const fresh = await world.until(world.savepoint.start(inserted, undefined, { id: "fresh" }));
    await longAfter(world, DAY);
    expect(await world.until(fresh.result())).toBe("readers@example.com: short text of draft");
  });

  it("blocks under code that asks for something else, until code fits again", async () => {
    const { world, run, deploy } = await redeployed(renamed);
    const blocked = await world.until(run.describe());
    expect(blocked.status).toBe("blocked");
    expect((blocked.error as Error).message).toMatch(
      /expected step "draft".*got step "first draft"/,
    );
    await deploy(extended);
    expect(await world.until(run.result())).toBe("readers@example.com: short text of draft");
  });
});
