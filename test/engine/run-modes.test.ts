import { describe, expect, it } from "vitest";
import { seededRandom } from "../../lambda/testing/seeded-ids.ts";
import { play, WORKFLOWS } from "./play.ts";

describe.each(WORKFLOWS)("%s", (name) => {
  let undisturbed: ReturnType<typeof play> | undefined;
  const playCalm = () => (undisturbed ??= play(name));

  it("gives the same through the SDK, and when time passes minute by minute", async () => {
    const calm = await playCalm();
    const slow = await play(name, { throughSdk: true, skipsIdleTime: false });
    expect(slow.output).toEqual(calm.output);
    expect(slow.entered).toBe(calm.entered);
    expect(slow.calls).toBe(calm.calls);
  });

  it("gives the same when it is given back after every single operation", async () => {
    const calm = await playCalm();
    const parked = await play(name, {
      settings: { operationsPerInvocation: 1, waitInPlaceMs: 0 },
    });
    expect(parked.output).toEqual(calm.output);
    expect(parked.entered).toBe(calm.entered);
    expect(parked.invocations).toBeGreaterThan(calm.invocations);
  });

  it("gives the same when every hint is lost and only the sweeper looks", async () => {
    const calm = await playCalm();
    let isSweeping = false;
    const lost = await play(name, {
      // The sweeper's hints must arrive, or nothing ever would.
      deliver: () => isSweeping,
      aroundSweep: async (sweep) => {
        isSweeping = true;
        await sweep();
        isSweeping = false;
      },
    });
    expect(lost.output).toEqual(calm.output);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    "gives the same when the owner stands still past its lease (seed %i)",
    async (seed) => {
      const calm = await playCalm();
      const random = seededRandom(seed);
      const at = 1 + Math.floor(random() * calm.calls);
      const pauseMs = 31_000 + Math.floor(random() * 60_000);
      const paused = await play(name, {
        seed,
        fault: (n) => (n === at ? { pauseMs } : undefined),
      });
      expect(paused.output, `paused at call ${at} of ${calm.calls}`).toEqual(calm.output);
    },
  );

  it.each([11, 12, 13, 14])(
    "gives the same when hints come twice, late and out of order (seed %i)",
    async (seed) => {
      const calm = await playCalm();
      const unreliable = await play(name, {
        seed,
        delivery: { duplicate: 0.4, late: 0.4, lateByMs: 90_000, lost: 0.1, reordered: 0.5 },
      });
      expect(unreliable.output).toEqual(calm.output);
    },
  );
});
