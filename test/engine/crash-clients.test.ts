import { afterEach, describe, expect, it } from "vitest";
import {
  event,
  RunNotFoundError,
  type Savepoint,
  type Workflow,
  workflow,
} from "../../lambda/index.ts";
import { Process } from "../../lambda/testing/process.ts";
import { World } from "../../lambda/testing/world.ts";
import { rowOf } from "../sim/rows.ts";
import { withCrashes } from "./sample.ts";
import { expectSoundEnd } from "./invariants.ts";

let world: World;
/** Bodies that ran. */
let log: string[] = [];
afterEach(() => world.end());

const rest = (ms: number) => new Promise<void>((resolve) => void world.clock.after(ms, resolve));
const note = event<number>("note");

const brief = workflow("flow", {}, async (ctx) => {
  await ctx.step("first", () => log.push("first"));
  await ctx.sleep("rest", "1m");
  return ctx.step("last", () => log.push("last"));
});
const busy = workflow("flow", {}, async (ctx) => {
  await ctx.step("first", async () => {
    await rest(10_000);
    log.push("first");
  });
  await ctx.sleep("rest", "5s");
  return ctx.step("last", () => log.push("last"));
});
const tidy = workflow("flow", {}, async (ctx) => {
  try {
    await ctx.step("work", ({ signal }) => Promise.race([rest(5_000), aborted(signal)]));
    await ctx.sleep("long", "10m");
  } finally {
    await ctx.step("clean up", () => log.push("cleaned up"));
  }
});
const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve());
  });
const child = workflow("child", {}, async (ctx) => {
  await ctx.step("begin", () => log.push("child began"));
  await ctx.sleep("long", "10m");
});
const parent = workflow("flow", {}, (ctx) => ctx.run(child, undefined));
const reader = workflow("flow", {}, async (ctx) => [
  await ctx.waitFor(note),
  await ctx.waitFor(note, { timeout: "2m" }),
]);

/** What a client asks, of a run of which kind, and what is left to do then until the run has ended. */
interface Case {
  readonly row: string;
  readonly workflows: readonly [Workflow, ...Workflow[]];
  /**
   * Brings the run, which has been started, to where the client meets it; `none` when no worker has seen it yet,
   * undefined when there is none.
   */
  readonly prepare?: (savepoint: Savepoint) => Promise<unknown>;
  readonly ask: (savepoint: Savepoint) => Promise<unknown>;
  readonly afterwards?: (savepoint: Savepoint) => Promise<unknown>;
  /** The write only prepares another, by which what is asked takes effect. */
  readonly isPreparation?: true;
}

const none = () => Promise.resolve();
const started = (ms: number) => () => world.pass(ms);
const run = (savepoint: Savepoint) => savepoint.get("run");
const paused = (ms: number) => async (savepoint: Savepoint) => {
  await world.pass(ms);
  await world.until(run(savepoint).pause());
};
/** The run is paused, for good, and then let go on. */
const staysPaused = async (savepoint: Savepoint) => {
  await world.pass(3 * 60_000);
  expect(await world.until(run(savepoint).status())).toBe("paused");
  await world.until(run(savepoint).resume());
};
/** Deletes the run; that of a run that is gone already is refused. */
const deletion = (savepoint: Savepoint) =>
  run(savepoint)
    .delete()
    .catch((error: unknown) => {
      if (!(error instanceof RunNotFoundError)) throw error;
    });
/** The run is gone, and another one of its id begins anew. */
const beginsAnew = async (savepoint: Savepoint) => {
  await expect(world.until(run(savepoint).describe())).rejects.toThrow(RunNotFoundError);
  await world.until(savepoint.start(brief, undefined, { id: "run" }));
};

const start = (savepoint: Savepoint) => savepoint.start(brief, undefined, { id: "run" });
const cancel = (savepoint: Savepoint) => run(savepoint).cancel({ reason: "enough" });
const terminate = (savepoint: Savepoint) => run(savepoint).terminate({ reason: "stuck" });
const pause = (savepoint: Savepoint) => run(savepoint).pause();
const resume = (savepoint: Savepoint) => run(savepoint).resume();
const send = (savepoint: Savepoint) => run(savepoint).send(note, 1, { idempotencyKey: "once" });
const fork = (savepoint: Savepoint) => run(savepoint).fork({ id: "copy", from: "last" });
const ended = () => world.pass(2 * 60_000);
const cancelled = async (savepoint: Savepoint) => {
  await world.pass(20_000);
  await world.until(cancel(savepoint));
  await world.pass(60_000);
};

const CASES: Readonly<Record<string, Case>> = {
  "starts a run": { row: "start", workflows: [brief], ask: start },
  "sends an event to a run that waits for it": {
    row: "send",
    workflows: [reader],
    prepare: started(5_000),
    ask: send,
  },
  "cancels a run that nobody has claimed": {
    row: "cancel",
    workflows: [tidy],
    prepare: none,
    ask: cancel,
  },
  "cancels a run at work": {
    row: "cancel",
    workflows: [tidy],
    prepare: started(2_000),
    ask: cancel,
  },
  "cancels a run that sleeps": {
    row: "cancel",
    workflows: [tidy],
    prepare: started(20_000),
    ask: cancel,
  },
  "cancels a run that is paused": {
    row: "cancel",
    workflows: [tidy],
    prepare: paused(20_000),
    ask: cancel,
  },
  "terminates a run that waits for its child": {
    row: "terminate",
    workflows: [parent, child],
    prepare: started(5_000),
    ask: terminate,
  },
  "terminates a run at work": {
    row: "terminate",
    workflows: [tidy],
    prepare: started(2_000),
    ask: terminate,
  },
  "pauses a run that sleeps": {
    row: "pause",
    workflows: [brief],
    prepare: started(10_000),
    ask: pause,
    afterwards: staysPaused,
  },
  "asks a run at work to pause": {
    row: "ask to pause",
    workflows: [busy],
    prepare: started(2_000),
    ask: pause,
    afterwards: staysPaused,
  },
  "resumes a run that is paused": {
    row: "resume",
    workflows: [brief],
    prepare: paused(10_000),
    ask: resume,
  },
  "takes a pause back before the run has paused": {
    row: "take pause back",
    workflows: [busy],
    prepare: paused(2_000),
    ask: resume,
  },
  "resumes a run that was cancelled": {
    row: "resume ended run",
    workflows: [tidy],
    prepare: cancelled,
    ask: resume,
    afterwards: () => world.pass(5 * 60_000),
  },
  "forks a run": { row: "fork", workflows: [brief], prepare: ended, ask: fork },
  "copies a record for a fork": {
    row: "copy of a record",
    workflows: [brief],
    prepare: ended,
    ask: fork,
    isPreparation: true,
  },
  "deletes a run": {
    row: "delete run",
    workflows: [brief],
    prepare: ended,
    ask: deletion,
    afterwards: beginsAnew,
  },
  "has deleted a run, and deletes its records": {
    row: "delete record",
    workflows: [brief],
    prepare: ended,
    ask: deletion,
    afterwards: beginsAnew,
  },
};

/** How a client dies, and what follows: another one asks again, or nobody but the sweeper looks. */
interface Death {
  readonly fault: "crash-before" | "crash-after";
  /** At which of its calls of the row: those before the last are for a run of another status, and refused. */
  readonly nth: number;
  readonly next: "another asks" | "the sweeper looks";
}

/** Plays a case; what has become of its runs, and which bodies ran. */
async function played(name: string, death?: Death) {
  const one = CASES[name];
  if (!one) throw new Error(`there is no case ${name}`);
  const { row, workflows, prepare, ask, afterwards = none } = one;
  log = [];
  let seen = 0;
  const client = new Process("client-1");
  world = await World.create({
    workflows,
    bystanderFault: (action, body, process) => {
      if (process !== client || rowOf(action, body) !== row) return undefined;
      seen += 1;
      return seen === death?.nth ? death.fault : undefined;
    },
    ...(death?.next !== "the sweeper looks" && { aroundSweep: none }),
  });
  const others = world.savepoint;
  if (prepare) {
    await world.until(others.start(workflows[0], undefined, { id: "run" }));
    if (prepare !== none) world.begin();
    await prepare(others);
  }
  const asked = ask(world.clientOf(client));
  if (death) {
    await world.pass(1_000);
    expect(client.isDead).toBe(true);
    if (death.next === "another asks")
      await world.until(ask(world.clientOf(new Process("client-2"))));
  } else {
    await world.until(asked);
    expect(seen).toBeGreaterThan(0);
  }
  if (!prepare || prepare === none) world.begin();
  await afterwards(others);
  await world.pass(9 * 60_000);
  await expectSoundEnd(world);
  const { runs } = await world.until(others.list({ limit: 10 }));
  const ends = runs.map(({ id, status }) => `${id} ${status}`).sort();
  const outcome = await world.until(run(others).result().catch(String));
  return { end: { ends, outcome, log }, seen };
}

describe("a client that dies just before or after the write, and another that asks the same again, come to the same as one that lives", () => {
  it.each(withCrashes(CASES))("%s: %s", async (name, fault) => {
    const calm = await played(name);
    await world.end();
    const hit = await played(name, { fault, nth: calm.seen, next: "another asks" });
    expect(hit.end).toEqual(calm.end);
  });
});

describe("what a client has written takes effect although it has died after it and nobody asks again", () => {
  const acts = Object.entries(CASES).filter(([, { isPreparation }]) => !isPreparation);
  it.each(acts.map(([name]) => name))("%s", async (name) => {
    const calm = await played(name);
    await world.end();
    const death = { fault: "crash-after", nth: calm.seen, next: "the sweeper looks" } as const;
    expect((await played(name, death)).end).toEqual(calm.end);
  });
});
