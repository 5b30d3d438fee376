import { afterEach, describe, expect, it } from "vitest";
import { Lease } from "../../lambda/engine/lease.ts";
import { DEFAULT_SETTINGS } from "../../lambda/engine/settings.ts";
import { workflow } from "../../lambda/index.ts";
import type { Meta } from "../../lambda/store/meta.ts";
import type { Store } from "../../lambda/store/store.ts";
import { seededIds } from "../../lambda/testing/seeded-ids.ts";
import { World } from "../../lambda/testing/world.ts";
import { expectSoundEnd } from "./invariants.ts";

const { leaseMs: LEASE_MS, leaseMarginMs: MARGIN_MS } = DEFAULT_SETTINGS;
/** A dead worker's message comes back so long after its claim. */
const BACK_MS = LEASE_MS + 1_000;
const FROZEN_MS = 100_000;

const worlds: World[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.end();
});

async function newLease(replaced: Partial<Store> = {}) {
  const world = await World.create({ workflows: [] });
  worlds.push(world);
  const { clock, log } = world;
  const store = { ...world.store, ...replaced, until: () => store };
  const me = { id: "run", incarnation: "i", generation: 0, epoch: 1, owner: "me" };
  const deps = { clock, log, store, ids: seededIds(1), settings: DEFAULT_SETTINGS };
  const lease = new Lease(deps, me, clock.now() + LEASE_MS, clock.monotonic() + LEASE_MS);
  return { world, clock, lease };
}

describe("a lease", () => {
  it("allows work until its margin", async () => {
    const { clock, lease } = await newLease();
    clock.skip(LEASE_MS - MARGIN_MS - 1);
    expect(lease.allowsWork).toBe(true);
    clock.skip(1);
    expect(lease.allowsWork).toBe(false);
  });

  it("is over when it has lasted its time, though the wall clock was set back", async () => {
    const { clock, lease } = await newLease();
    clock.skip(LEASE_MS);
    clock.setForward(-LEASE_MS);
    expect(lease.allowsWork).toBe(false);
  });

  it("beats no more often when the wall clock was set back, and each beat is refused", async () => {
    let beats = 0;
    const meta = {} as Meta;
    const { world, clock, lease } = await newLease({
      heartbeat: () => {
        beats += 1;
        return Promise.resolve(beats > 20 ? { outcome: "lost" } : { outcome: "refused", meta });
      },
    });
    clock.setForward(-LEASE_MS);
    lease.keep();
    await world.pass(LEASE_MS + 1);
    await lease.stop();
    expect(beats).toBe(3);
    expect(lease.allowsWork).toBe(false);
  });

  it("is over when rivals see it end, because the wall clock was set forward", async () => {
    const { clock, lease } = await newLease();
    clock.setForward(LEASE_MS);
    expect(lease.allowsWork).toBe(false);
  });
});

/**
 * A worker stands still between its claim and the start of a body, until another has taken the run
 * over and finished it. `meanwhile` is called when that is done.
 */
async function playFrozen(meanwhile: (world: World) => void) {
  let frozenUntil = 0;
  const entered: number[] = [];
  const flow = workflow("flow", {}, async (ctx) => {
    // Too large for its item: replay has to fetch it, and that is where the worker stands still.
    await ctx.step("large", () => noise(400_000));
    await ctx.sleep("rest", "60s");
    await ctx.step("work", () => void entered.push(world.clock.monotonic()));
  });
  const world: World = await World.create({
    workflows: [flow],
    // It stands still before it has hidden its message: the queue gives that back by itself.
    visibilitySeconds: BACK_MS / 1_000,
    fault: (_, action, body) => {
      const isFetch = action === "GetItem" && body.includes("PART#");
      const now = world.clock.monotonic();
      if (isFetch && frozenUntil === 0) {
        frozenUntil = now + FROZEN_MS;
        world.clock.after(FROZEN_MS / 2, () => meanwhile(world));
      }
      const frozenFor = frozenUntil - now;
      return frozenFor > FROZEN_MS - BACK_MS ? { pauseMs: frozenFor } : undefined;
    },
  });
  worlds.push(world);
  await world.run(flow, undefined);
  await world.pass(2 * FROZEN_MS);
  const { epoch } = await world.until(world.savepoint.get("run").describe());
  await expectSoundEnd(world);
  return { entered, epoch };
}

/**
 * A worker stands still before it marks a step that runs at most once, until another has taken the
 * run over and read its history, but not yet marked anything.
 */
async function playFrozenBeforeMark() {
  const entered: number[] = [];
  const flow = workflow("flow", {}, (ctx) =>
    ctx.step("once", { atMostOnce: true }, () => void entered.push(ctx.attempt)),
  );
  let thaw = () => {};
  const until = new Promise<void>((resolve) => (thaw = resolve));
  const world = await World.create({
    workflows: [flow],
    visibilitySeconds: BACK_MS / 1_000,
    fault: (_, action, body) => {
      if (action === "PutItem" && body.includes('"running"')) return { freeze: "before", until };
      if (action !== "UpdateItem" || !body.includes("#q = if_not_exists")) return undefined;
      thaw();
      return { pauseMs: 1_000 };
    },
  });
  worlds.push(world);
  const outcome = await world.run(flow, undefined).catch((error: Error) => error.name);
  await expectSoundEnd(world);
  return { entered, outcome };
}

describe("a worker that stood still past its lease", () => {
  it("does not enter a body at most once that it has marked since", async () => {
    expect(await playFrozenBeforeMark()).toEqual({ entered: [], outcome: "StepInterruptedError" });
  });

  it("starts no body", async () => {
    const { entered, epoch } = await playFrozen(() => undefined);
    expect(epoch, "claims: first, frozen, taker").toBe(3);
    expect(entered).toHaveLength(1);
  });

  it("starts no body, though the wall clock was set back meanwhile", async () => {
    const { entered, epoch } = await playFrozen(({ clock }) => clock.setForward(-90_000));
    expect(epoch, "claims: first, frozen, taker").toBe(3);
    expect(entered).toHaveLength(1);
  });
});

it("a late copy of an old heartbeat does not end a lease that later ones have extended", async () => {
  const SWEEP_MS = 120_000;
  let entered = 0;
  let beats = 0;
  const long = workflow("long", {}, (ctx) =>
    ctx.step("long", async () => {
      entered += 1;
      await new Promise<void>((resolve) => void world.clock.after(SWEEP_MS + 30_000, resolve));
    }),
  );
  const world: World = await World.create({
    workflows: [long],
    fault: (_, action, body) => {
      if (action !== "UpdateItem" || !body.includes("#activity = :activity")) return undefined;
      beats += 1;
      // It arrives just before a sweep looks whether the lease has ended.
      return beats === 1 ? { copyAfterMs: SWEEP_MS - LEASE_MS / 3 - 500 } : undefined;
    },
  });
  worlds.push(world);
  await world.run(long, undefined);
  await world.pass(60_000);
  expect(beats).toBeGreaterThan(10);
  expect(entered).toBe(1);
  expect(await world.until(world.savepoint.get("run").describe())).toMatchObject({ epoch: 1 });
});

/** Text that does not compress. */
function noise(length: number): string {
  const ids = seededIds(3);
  return Array.from({ length }, () => String.fromCharCode(33 + Math.floor(ids.random() * 90))).join(
    "",
  );
}
