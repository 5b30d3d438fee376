import { afterEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { LIMITS } from "../../lambda/core/limits.ts";
import { event, workflow } from "../../lambda/index.ts";
import type { ProcessFault } from "../../lambda/testing/faulty-handler.ts";
import { sampled } from "./sample.ts";
import { World, type WorldOptions } from "../../lambda/testing/world.ts";
import { expectSoundEnd } from "./invariants.ts";

const note = event<number>("note");
const checked = event("note", z.number().int());

let world: World;
afterEach(() => world.end());

interface Target {
  readonly to: string;
}

/** Tells another run two things. */
const teller = workflow("teller", {}, async (ctx, { to }: Target) => {
  await ctx.send(to, note, 1);
  await ctx.send(to, note, 2);
  return "told";
});
/** What came of a send that may fail. */
const tries = workflow("tries", {}, async (ctx, { to }: Target) =>
  ctx.send(to, checked, 0.5).catch(async (error: unknown) => {
    await ctx.step("note", () => undefined);
    return (error as { code: string }).code;
  }),
);
const tellsOne = workflow("tells-one", {}, async (ctx, { to }: Target) =>
  ctx.send(to, note, 1).then(
    () => "told",
    (error: unknown) => (error as { code: string }).code,
  ),
);
/** Takes two notes, and shows whatever else comes within 90 seconds. */
const listener = workflow("listener", {}, async (ctx) => {
  const got = [await ctx.waitFor(note), await ctx.waitFor(note)];
  const more = await ctx.waitFor(note, { timeout: "90s" });
  return [...got, more ?? "nothing more"];
});
/** Takes two notes, and ends. */
const hasty = workflow("hasty", {}, async (ctx) => [
  await ctx.waitFor(note),
  await ctx.waitFor(note),
]);
/** Takes nothing for some time, then all that a full mailbox holds, and one more. */
const sleepy = workflow("sleepy", {}, async (ctx) => {
  await ctx.sleep("first", "30s");
  for (let n = 0; n < LIMITS.mailboxMax; n += 1) await ctx.waitFor(note);
  return ctx.waitFor(note);
});
/** Ends when it is told, whatever else it has been sent. */
const stoppable = workflow("stoppable", {}, async (ctx) => ctx.waitFor(event("stop")));
const deaf = workflow("deaf", {}, async (ctx) => ctx.sleep("ever", "1h"));
const ownId = workflow("own-id", {}, async (ctx) => {
  await ctx.send(ctx.runId, note, 7);
  return ctx.waitFor(note);
});
const wrongId = workflow("wrong-id", {}, async (ctx) => ctx.send("a/b", note, 1));
const workflows = [
  teller,
  tries,
  tellsOne,
  listener,
  hasty,
  sleepy,
  stoppable,
  deaf,
  ownId,
  wrongId,
];

async function open(options: Partial<WorldOptions> = {}) {
  world = await World.create({ workflows, ...options });
  world.begin();
}

const begin = (name: { name: string }, input: unknown, id: string) =>
  world.until(world.savepoint.start(name as typeof deaf, input as undefined, { id }));

const fill = async (id: string, count: number) => {
  const run = world.savepoint.get(id);
  for (let n = 0; n < count; n += 1) await world.until(run.send(note, n));
};

describe("a run that sends events to another", () => {
  it("sends them in order, and goes on", async () => {
    await open();
    const other = await begin(listener, undefined, "listener");
    expect(await world.run(teller, { to: "listener" })).toBe("told");
    expect(await world.until(other.result())).toEqual([1, 2, "nothing more"]);
    await expectSoundEnd(world);
  });

  it("may be the one that they are for", async () => {
    await open();
    expect(await world.run(ownId, undefined)).toBe(7);
    await expectSoundEnd(world);
  });

  it("is told that there is no such run, that it has finished, and that a value does not fit", async () => {
    await open();
    await begin(deaf, undefined, "deaf");
    expect(await world.run(tellsOne, { to: "nobody" }, "a")).toBe("run_not_found");
    expect(await world.run(tries, { to: "deaf" }, "b")).toBe("validation");
    await world.until(world.savepoint.get("deaf").terminate());
    expect(await world.run(tellsOne, { to: "deaf" }, "c")).toBe("run_conflict");
    await expect(world.run(wrongId, undefined, "d")).rejects.toMatchObject({
      code: "invalid_argument",
    });
    await expectSoundEnd(world);
  });

  it("is told that there is no such run when it is deleted while its messages are looked through", async () => {
    let isArmed = false;
    await open({
      fault: (_, action, body) => {
        if (!isArmed || action !== "GetItem" || !body.includes('"PART#')) return undefined;
        isArmed = false;
        return { when: "before", others: () => world.savepoint.get("other").delete() };
      },
    });
    const other = await begin(stoppable, undefined, "other");
    await fill("other", LIMITS.spillAbove + 1);
    await world.pass(2_000);
    expect((await world.until(world.store.readRun("other")))?.spilled).toHaveLength(1);
    await world.until(other.send(event("stop"), undefined));
    await world.until(other.result());
    isArmed = true;
    expect(await world.run(tellsOne, { to: "other" })).toBe("run_not_found");
    expect(isArmed).toBe(false);
    await expectSoundEnd(world);
  });

  it("tries again while a mailbox is full, with pauses that are recorded", async () => {
    await open();
    const other = await begin(sleepy, undefined, "sleepy");
    await world.pass(2_000);
    // A paused run sets nothing aside.
    await world.until(other.pause());
    await fill("sleepy", LIMITS.mailboxMax);
    const run = await begin(tellsOne, { to: "sleepy" }, "run");
    await world.pass(2_000);
    expect(await world.until(run.history())).toMatchObject([
      { kind: "send", state: "backoff", errors: [{ name: "MailboxFullError" }, { attempt: 2 }] },
    ]);
    await world.until(other.resume());
    expect(await world.until(run.result())).toBe("told");
    expect(await world.until(other.result())).toBe(1);
    await expectSoundEnd(world);
  });

  it("is told so in the end when the mailbox stays full", async () => {
    await open();
    const other = await begin(deaf, undefined, "deaf");
    await world.pass(2_000);
    await world.until(other.pause());
    await fill("deaf", LIMITS.mailboxMax);
    expect(await world.run(tellsOne, { to: "deaf" })).toBe("mailbox_full");
    await world.until(other.terminate());
  });
});

describe("a send that a crash repeats", () => {
  async function play(
    to: typeof listener | typeof hasty,
    fault?: WorldOptions["fault"],
  ): Promise<unknown> {
    await open(fault ? { fault } : {});
    const other = await begin(to, undefined, "other");
    expect(await world.run(teller, { to: "other" })).toBe("told");
    return world.until(other.result());
  }

  /** What the receiver comes to, whichever call of the workers goes wrong. */
  async function outputsWith(fault: ProcessFault, to: typeof listener | typeof hasty) {
    const outputs = new Set([JSON.stringify(await play(to))]);
    const { calls } = world;
    for (const n of sampled(calls, 10)) {
      await world.end();
      outputs.add(JSON.stringify(await play(to, (call) => (call === n ? fault : undefined))));
      await world.pass(2 * 60_000);
      await expectSoundEnd(world);
    }
    return [...outputs];
  }

  it("arrives once at a receiver that goes on", async () => {
    expect(await outputsWith("crash-after", listener)).toEqual(['[1,2,"nothing more"]']);
  }, 120_000);

  it.each(["crash-before", "crash-after", "lost-reply", "throttle"] as const)(
    "has been told, though its receiver may have finished meanwhile: %s",
    async (fault) => expect(await outputsWith(fault, hasty)).toEqual(["[1,2]"]),
    120_000,
  );
});
