import { describe, expect, it } from "vitest";
import { seededRandom } from "../../lambda/testing/seeded-ids.ts";
import { CONTROLLED } from "./acts.ts";
import { play, WORKFLOWS } from "./play.ts";

/** Every hint is lost but those of the sweeper. */
function onlySweeper() {
  let isSweeping = false;
  return {
    // The sweeper's hints must arrive, or nothing ever would.
    deliver: () => isSweeping,
    aroundSweep: async (sweep: () => Promise<unknown>) => {
      isSweeping = true;
      await sweep();
      isSweeping = false;
    },
  };
}
const GIVEN_BACK = { settings: { operationsPerInvocation: 1, waitInPlaceMs: 0 } };
const UNRELIABLE = { duplicate: 0.4, late: 0.4, lateByMs: 90_000, lost: 0.1, reordered: 0.5 };

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
    const parked = await play(name, GIVEN_BACK);
    expect(parked.output).toEqual(calm.output);
    expect(parked.entered).toBe(calm.entered);
    expect(parked.invocations).toBeGreaterThan(calm.invocations);
  });

  it("gives the same when every hint is lost and only the sweeper looks", async () => {
    const calm = await playCalm();
    const lost = await play(name, onlySweeper());
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
      const unreliable = await play(name, { seed, delivery: UNRELIABLE });
      expect(unreliable.output).toEqual(calm.output);
    },
  );
});

describe.each(CONTROLLED)("%s, which others act on or which undoes what it has done", (name) => {
  it.each([
    ["it is given back after every single operation", GIVEN_BACK],
    ["every hint is lost and only the sweeper looks", onlySweeper()],
    ["hints come twice, late and out of order", { seed: 11, delivery: UNRELIABLE }],
  ])("ends the same when %s", async (_, options) => {
    const calm = await play(name);
    expect((await play(name, options)).output).toEqual(calm.output);
  });

  it.each([1, 2, 3])(
    "ends the same when the owner stands still past its lease (seed %i)",
    async (seed) => {
      const calm = await play(name);
      const random = seededRandom(seed);
      const at = 1 + Math.floor(random() * calm.calls);
      const pauseMs = 31_000 + Math.floor(random() * 60_000);
      const paused = await play(name, {
        seed,
        fault: (n) => (n === at ? { pauseMs } : undefined),
      });
      // Which of its steps is interrupted the moment decides; that none ran twice has been checked by then.
      if (name === "once") return;
      expect(paused.output, `paused at call ${at} of ${calm.calls}`).toEqual(calm.output);
    },
  );
});
