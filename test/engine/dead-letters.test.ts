import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { event, type RunHandle, workflow } from "../../lambda/index.ts";
import { parseHint } from "../../lambda/queue/hints.ts";
import { World } from "../../lambda/testing/world.ts";
import { descriptor } from "../../infra/descriptor.ts";
import { DEAD_LETTER_QUEUE, HINT_QUEUE } from "../../localstack/embedded/resources.ts";
import { expectSoundEnd } from "./invariants.ts";

const MINUTE_MS = 60_000;
const { maxReceiveCount, visibilityTimeoutSeconds } = descriptor.hints;
/** After so long a hint that fails each time has become a dead letter: twelve and a half hours and a quarter. */
const UNTIL_DEAD_MS = (maxReceiveCount + 1) * visibilityTimeoutSeconds * 1_000;
/** Runs of each kind. */
const EACH = 12;

let world: World;
/** Whose code throws when it is loaded. */
let broken: readonly ("worker" | "sweeper")[];
/** The bodies that were entered. */
let bodies: string[];
beforeEach(() => {
  broken = [];
  bodies = [];
});
afterEach(() => world.end());

const go = event("go");
const steady = workflow("steady", {}, async (ctx) => {
  for (const step of ["one", "two"]) {
    await ctx.step(step, () => void bodies.push(`${ctx.runId} ${step}`));
  }
});
const sleeper = workflow("sleeper", {}, async (ctx) => {
  await ctx.sleep("rest", "2m");
  await ctx.step("risen", () => void bodies.push(`${ctx.runId} risen`));
});
const parent = workflow("parent", {}, async (ctx) => {
  await ctx.run(sleeper, undefined, { id: `${ctx.runId}-child` });
});
const patient = workflow("patient", {}, async (ctx) => {
  await ctx.waitFor(go);
  await ctx.step("gone", () => void bodies.push(`${ctx.runId} gone`));
});

/** Runs of every kind, some under way when code breaks and some started after. */
async function runsWhileBroken(whose: typeof broken, each: number): Promise<readonly RunHandle[]> {
  const numbers = Array.from({ length: each }, (_, n) => n);
  world = await World.create({
    workflows: [steady, sleeper, parent, patient],
    code: () => (broken.includes("worker") ? "broken" : "good"),
    // Code that does not load asks AWS for nothing.
    fault: () => (broken.includes("worker") ? "crash-before" : undefined),
    aroundSweep: async (sweep) => void (broken.includes("sweeper") || (await sweep())),
  });
  world.begin();
  const start = (one: typeof steady, n: number) =>
    world.until(world.savepoint.start(one, undefined, { id: `${one.name}-${n}` }));
  const runs = [];
  for (const n of numbers) {
    for (const one of [sleeper, parent, patient]) runs.push(await start(one, n));
  }
  await world.quiet();
  broken = whose;
  for (const n of numbers) {
    runs.push(await start(steady, n));
    await world.until(world.savepoint.get(`patient-${n}`).send(go, true));
  }
  return runs;
}

const messagesOf = (queue: string) => [...world.sqs.queues.get(queue).messages];
const hinted = (queue: string) =>
  [...new Set(messagesOf(queue).map(({ body }) => parseHint(body)?.run ?? body))].toSorted();

/** Lets time pass until just after a sweep, which is the worst moment for code to be mended. */
async function missSweep(): Promise<void> {
  const sinceSweep = (world.clock.now() - world.startedAt) % MINUTE_MS;
  await world.pass(MINUTE_MS - sinceSweep + 1);
}

/** How long it takes until all have finished. */
async function timeToFinish(runs: readonly RunHandle[]): Promise<number> {
  const from = world.clock.now();
  await world.until(Promise.all(runs.map((run) => run.result())));
  return world.clock.now() - from;
}

/** What AWS does when dead letters are moved back: each is a new message, and comes at least once. */
async function redrive(): Promise<void> {
  const { queues } = world.sqs;
  for (const { key, receives, body } of messagesOf(DEAD_LETTER_QUEUE)) {
    for (const _ of ["once", "twice"]) await queues.send(HINT_QUEUE, body);
    await queues.delete(DEAD_LETTER_QUEUE, { key, receive: receives });
  }
}

/** Each body was entered once, and what is recorded is sound. */
async function expectDoneOnce(each: number): Promise<void> {
  expect(bodies.toSorted()).toEqual([...new Set(bodies)].toSorted());
  // Two of a steady run, one of a sleeper, of a parent's child and of a patient run.
  expect(bodies).toHaveLength(5 * each);
  await expectSoundEnd(world);
}

/** Whatever has changed the table since a moment. */
const writesSince = (moment: number) =>
  world.outcomes
    .slice(moment)
    .filter(({ action, error }) => /^(Put|Update|Delete)Item$/.test(action) && !error);

/** Runs whose hints have all failed too often; the sweeper has not run, and sent no others. */
async function runsOfDeadLetters(): Promise<readonly RunHandle[]> {
  const runs = await runsWhileBroken(["worker", "sweeper"], EACH);
  await world.pass(UNTIL_DEAD_MS);
  // A parent waits for its child, and nobody has hinted at it.
  const names = ["steady-N", "sleeper-N", "patient-N", "parent-N-child"];
  const waiting = names.flatMap((name) =>
    Array.from({ length: EACH }, (_, n) => name.replace("N", String(n))),
  );
  expect(hinted(DEAD_LETTER_QUEUE)).toEqual(waiting.toSorted());
  expect(messagesOf(HINT_QUEUE)).toEqual([]);
  return runs;
}

describe("runs whose every hint has become a dead letter", () => {
  it("finish by the sweeper alone within two minutes, once the code is mended", async () => {
    const runs = await runsOfDeadLetters();
    const deadLetters = messagesOf(DEAD_LETTER_QUEUE);
    await missSweep();
    broken = [];
    expect(await timeToFinish(runs)).toBeLessThan(2 * MINUTE_MS);
    expect(messagesOf(DEAD_LETTER_QUEUE)).toEqual(deadLetters);
    await expectDoneOnce(EACH);
  });

  it("finish at once when these are moved back, without the sweeper", async () => {
    const runs = await runsOfDeadLetters();
    broken = ["sweeper"];
    await redrive();
    expect(await timeToFinish(runs)).toBeLessThan(5_000);
    await expectDoneOnce(EACH);
  });

  it("are left as they are when these are moved back after they have finished", async () => {
    const runs = await runsOfDeadLetters();
    broken = [];
    await timeToFinish(runs);
    const [moment, invoked] = [world.outcomes.length, world.invocations];
    await redrive();
    await world.pass(20 * MINUTE_MS);
    expect(world.invocations, "the hints were looked at").toBeGreaterThan(invoked);
    expect(writesSince(moment)).toEqual([]);
    expect([...messagesOf(HINT_QUEUE), ...messagesOf(DEAD_LETTER_QUEUE)]).toEqual([]);
    await expectDoneOnce(EACH);
  });
});

it.each([4, 11, 800])(
  "the sweeper's hints bring runs that waited %i minutes for a worker back after as long again, or a quarter of an hour",
  async (minutes) => {
    const runs = await runsWhileBroken(["worker"], 3);
    await world.pass((minutes - 1) * MINUTE_MS);
    await missSweep();
    broken = [];
    const backOff = Math.min(minutes, 15) * MINUTE_MS;
    expect(await timeToFinish(runs)).toBeLessThan(backOff + MINUTE_MS);
    await redrive();
    await world.pass(20 * MINUTE_MS);
    await expectDoneOnce(3);
  },
);

/** How long it takes until the first dead letter is there, and which it is. */
async function firstDeadLetter(): Promise<{ readonly minutes: number; readonly of: string[] }> {
  const from = world.clock.now();
  while (hinted(DEAD_LETTER_QUEUE).length === 0) await world.pass(MINUTE_MS / 2);
  return { minutes: (world.clock.now() - from) / MINUTE_MS, of: hinted(DEAD_LETTER_QUEUE) };
}

describe("the times that the guide to operations tells", () => {
  it("what is no hint is a dead letter after 26 minutes, and holds nothing up", async () => {
    world = await World.create({ workflows: [steady] });
    world.begin();
    await world.sqs.queues.send(HINT_QUEUE, "no hint");
    const run = await world.until(world.savepoint.start(steady, undefined));
    expect(await timeToFinish([run])).toBeLessThan(5_000);
    const { minutes, of } = await firstDeadLetter();
    expect(of).toEqual(["no hint"]);
    expect(minutes).toBeGreaterThan(25);
    expect(minutes).toBeLessThanOrEqual(27);
  });

  it("a hint of code that does not load is one after twelve and a half hours", async () => {
    await runsWhileBroken(["worker", "sweeper"], 1);
    const { minutes } = await firstDeadLetter();
    expect(minutes / 60).toBeGreaterThan(12.4);
    expect(minutes / 60).toBeLessThanOrEqual(12.6);
  });
});
