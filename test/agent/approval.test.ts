import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { approval } from "../../lambda/agent/index.ts";
import { event, type RunHandle, TerminalError } from "../../lambda/index.ts";
import { expectSoundEnd } from "../engine/invariants.ts";
import { sampled } from "../engine/sample.ts";
import type { World, WorldOptions } from "../../lambda/testing/world.ts";
import { type planResearch, research } from "./research-app.ts";
import { answerInProcess, INPUT, openResearchWorld } from "./research-world.ts";

const HOUR = 3_600_000;
const waiting = { ...INPUT, approvalTimeoutMs: HOUR };
/** Anybody can send anything by an event's name. */
const unchecked = event("approval");

let world: World;
beforeAll(() => answerInProcess());
afterAll(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});
afterEach(() => world.end());

type Run = RunHandle<Awaited<ReturnType<typeof research.run>>>;

/** Starts a run that waits for its approval, and lets it come there. */
async function begin(options: Partial<WorldOptions> = {}): Promise<Run> {
  world = await openResearchWorld(options);
  const run = await world.until(world.savepoint.start(research, waiting, { id: "run" }));
  await untilAsked(run);
  return run;
}

async function untilAsked(run: Run): Promise<void> {
  for (;;) {
    await world.pass(1_000);
    const history = await world.until(run.history());
    if (history.some(({ kind, state }) => kind === "wait" && state === "waiting")) return;
  }
}

const send = (run: Run, value: unknown) => world.until(run.send(unchecked, value));
const failureOf = (run: Run) =>
  world.until(
    run.result().then(
      () => undefined,
      (error: unknown) => error,
    ),
  );
const started = async () =>
  (await world.until(world.savepoint.list({ limit: 200 }))).runs.map(({ id }) => id).toSorted();

describe("a plan that needs approval", () => {
  it("is searched once it is approved, and the report is that of a run without approval", async () => {
    const run = await begin();
    expect(await world.until(run.status())).toBe("waiting");
    await send(run, { approved: true });
    const approved = await world.until(run.result());
    await expectSoundEnd(world);
    await world.end();
    world = await openResearchWorld();
    expect(approved).toEqual(await world.run(research, INPUT));
    expect(approved.found).toBe(true);
  });

  it("can be read while it waits, and nothing has been searched for it", async () => {
    await begin();
    expect(await started()).toEqual(["run", "run~1~plan"]);
    const plan = await world.until(world.savepoint.get<typeof planResearch>("run~1~plan").result());
    expect(plan).toMatchObject({ plan: { queries: expect.arrayContaining([INPUT.topic]) } });
  });

  it("gives way to the queries of the person who approves it", async () => {
    const run = await begin();
    await send(run, { approved: true, queries: ["temporal workflows", "retries"] });
    const { stats } = await world.until(run.result());
    expect(stats.queries).toEqual(["temporal workflows", "retries"]);
    expect(stats.threadsRead).toBeGreaterThan(0);
    await expectSoundEnd(world);
  });

  it("ends the run when it is rejected, with the person's reason", async () => {
    const run = await begin();
    await send(run, { approved: false, reason: "too broad" });
    const error = await failureOf(run);
    expect(error).toBeInstanceOf(TerminalError);
    expect(error).toMatchObject({ message: "the plan was rejected: too broad" });
    expect(await started()).toEqual(["run", "run~1~plan"]);
    await expectSoundEnd(world);
  });

  it("ends the run when nobody answers in time", async () => {
    const run = await begin();
    const startedAt = world.clock.now();
    const error = await failureOf(run);
    expect(error).toBeInstanceOf(TerminalError);
    expect(String(error)).toContain("nobody has approved the plan within 3600000 ms");
    expect(world.clock.now() - startedAt).toBeLessThan(1.1 * HOUR);
    expect(await started()).toEqual(["run", "run~1~plan"]);
  });

  it("is not kept waiting for longer than twice its time by answers that it does not understand", async () => {
    const run = await begin();
    const startedAt = world.clock.now();
    const isOpen = async () => (await world.until(run.status())) === "waiting";
    for (let sent = 0; sent < 9 && (await isOpen()); sent += 1) {
      await send(run, { approved: "yes" });
      await world.pass(HOUR / 3);
    }
    expect(String(await failureOf(run))).toContain("nobody has approved the plan");
    expect(world.clock.now() - startedAt).toBeLessThan(2 * HOUR);
    await expectSoundEnd(world);
  });

  it("waits anew after an answer that it does not understand", async () => {
    const run = await begin();
    await send(run, { approved: "yes" });
    await send(run, { approved: true, queries: ["?!"] });
    await world.pass(HOUR / 2);
    expect(await world.until(run.status())).toBe("waiting");
    await send(run, { approved: true, queries: ["retries"] });
    expect((await world.until(run.result())).stats.queries).toEqual(["retries"]);
    await expectSoundEnd(world);
  });

  it("can be asked for again in a fork, after it was rejected", async () => {
    const rejected = await begin();
    await send(rejected, { approved: false });
    await failureOf(rejected);
    const fork = (await world.until(rejected.fork({ from: "approval" }))) as Run;
    await untilAsked(fork);
    await send(fork, { approved: true });
    const { found } = await world.until(fork.result());
    expect(found).toBe(true);
    // Planned once: what is approved is what was rejected.
    expect(await started()).not.toContain(`${fork.id}~1~plan`);
    await expectSoundEnd(world);
  });

  it("is approved once, whichever of its worker's calls the worker dies at", async () => {
    const calm = await approved();
    for (const fault of ["crash-before", "crash-after"] as const) {
      for (const n of sampled(calm.calls, 4)) {
        const hit = await approved((call) => (call === n ? fault : undefined));
        expect(hit.output, `${fault} at call ${n}`).toEqual(calm.output);
      }
    }
  }, 180_000);
});

/** Plays a run that is approved as soon as it asks. */
async function approved(fault?: WorldOptions["fault"]) {
  await world.end();
  const run = await begin({ visibilitySeconds: 5, ...(fault && { fault }) });
  await world.until(run.send(approval, { approved: true }));
  const output = await world.until(run.result());
  // What a run owes whose worker dies at its end is done by a later one.
  await world.pass(120_000);
  await expectSoundEnd(world);
  return { output, calls: world.calls };
}
