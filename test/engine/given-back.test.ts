import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { decodeValue } from "../../lambda/core/codec.ts";
import type { RecordedToken } from "../../lambda/core/token.ts";
import { event, workflow } from "../../lambda/index.ts";
import { historyOf } from "../../lambda/store/meta.ts";
import { World } from "../../lambda/testing/world.ts";
import { expectSoundEnd } from "./invariants.ts";
import { breakAgain, failing, log, mend, noise, note } from "./mendable.ts";
import { outcome } from "./outcome.ts";

let world: World;
beforeEach(breakAgain);
afterEach(async () => {
  await world.end();
});

const go = event(
  "go",
  z.string().transform((text) => `${text}!`),
);
/** Waits for as many events as it is told, after a step that fails and is caught until the end. */
const hearer = workflow("hearer", {}, async (ctx, { times }: { times: number }) => {
  const work = await ctx.step("work", () => failing("work")).catch((error: unknown) => error);
  const heard: string[] = [];
  while (heard.length < times) heard.push(await ctx.waitFor(go));
  if (work instanceof Error) throw work;
  return heard;
});
/** What comes after the token is undone when its last step fails. */
const publication = workflow("publication", {}, async (ctx) => {
  const token = await ctx.token<string>("approval");
  await ctx.step("ask", { rollback: () => void note("undo ask") }, () => note("ask"));
  const answer = await token.result();
  await ctx.step("publish", () => failing("publish"));
  return answer;
});
/** Asks for a token again whenever it runs again. */
const anew = workflow("anew", {}, async (ctx) => {
  await ctx.step("begin", { rollback: () => void note("undo begin") }, () => note("begin"));
  const token = await ctx.token<string>("approval");
  const answer = await token.result();
  await ctx.step("publish", () => failing("publish"));
  return answer;
});
const patient = workflow("patient", {}, async (ctx) => {
  const token = await ctx.token<string>("approval", { timeout: "10m" });
  return (await token.result()) ?? "nothing came";
});
const workflows = [hearer, publication, anew, patient];

const open = async () => {
  world = await World.create({ workflows });
  world.begin();
};
const ending = (promise: Promise<unknown>) => outcome(world, promise);
const send = (value: string, idempotencyKey?: string) =>
  world.until(world.savepoint.get("run").send(go, value, idempotencyKey ? { idempotencyKey } : {}));
const boxOf = async (id = "run") => (await world.until(world.store.readRun(id)))?.box ?? [];
const complete = (token: string, value: string) =>
  world.until(world.savepoint.completeToken(token, value));

async function tokenIn(id = "run"): Promise<string> {
  const meta = await world.until(world.store.readRun(id));
  const record =
    meta && (await world.until(world.store.readOperation(historyOf(meta), "approval")));
  const encoded = await world.store.values.fetch(record?.result ?? "null");
  return (decodeValue(encoded) as RecordedToken).token;
}

describe("what waits that a resume drops had taken", () => {
  it("comes again, in its order and before what nobody had taken, as it was sent", async () => {
    await open();
    const run = await world.until(world.savepoint.start(hearer, { times: 3 }, { id: "run" }));
    await world.until(run.pause());
    for (const value of ["one", noise, "three", "four"]) await send(value, value.slice(0, 9));
    await world.until(run.resume());
    expect(await ending(run.result())).toMatchObject({ message: "work is broken" });
    mend();
    await world.until(run.resume());
    await send("three", "three");
    expect(await ending(run.result())).toEqual(["one!", `${noise}!`, "three!"]);
    // Nobody clears away what was taken last.
    const box = await boxOf();
    expect(box).toHaveLength(4);
    expect(box.at(-1)?.value).toBe('"four"');
    await expectSoundEnd(world);
  });

  it("comes again as often as the run is resumed", async () => {
    await open();
    const run = await world.until(world.savepoint.start(hearer, { times: 1 }, { id: "run" }));
    await send("one", "k");
    await ending(run.result());
    await world.until(run.resume());
    expect(await ending(run.result())).toMatchObject({ message: "work is broken" });
    mend();
    await world.until(run.resume());
    expect(await ending(run.result())).toEqual(["one!"]);
    expect(log).toEqual(["work", "work", "work"]);
    await expectSoundEnd(world);
  });

  it("may be more than a mailbox takes from senders", async () => {
    await open();
    const run = await world.until(world.savepoint.start(hearer, { times: 150 }, { id: "run" }));
    const values = Array.from({ length: 150 }, (_, n) => `${n}`);
    for (const value of values) {
      await send(value);
      await world.pass(1_000);
    }
    await ending(run.result());
    mend();
    await world.until(run.resume());
    expect(await ending(run.result())).toEqual(values.map((value) => `${value}!`));
    await expectSoundEnd(world);
  });

  it("is the value that completed a token that the run keeps, which stays used", async () => {
    await open();
    const run = await world.until(world.savepoint.start(publication, undefined, { id: "run" }));
    await world.pass(5_000);
    const token = await tokenIn();
    await complete(token, "yes");
    expect(await ending(run.result())).toMatchObject({ message: "publish is broken" });
    mend();
    await world.until(run.resume());
    expect(await tokenIn()).toBe(token);
    await expect(complete(token, "no")).rejects.toMatchObject({ code: "token_invalid" });
    expect(await ending(run.result())).toBe("yes");
    expect(log).toEqual(["ask", "publish", "undo ask", "ask", "publish"]);
    await expectSoundEnd(world);
  });

  it("is not what completed a token that the run draws anew", async () => {
    await open();
    const run = await world.until(world.savepoint.start(anew, undefined, { id: "run" }));
    await world.pass(5_000);
    const token = await tokenIn();
    await complete(token, "yes");
    await ending(run.result());
    mend();
    await world.until(run.resume());
    await world.pass(5_000);
    await expect(complete(token, "yes")).rejects.toMatchObject({ code: "token_invalid" });
    await complete(await tokenIn(), "yes again");
    expect(await ending(run.result())).toBe("yes again");
    await expectSoundEnd(world);
  });
});

describe("a fork that keeps a token of its source", () => {
  const fork = (from: string) => world.until(world.savepoint.get("run").fork({ from, id: "fork" }));

  it("is given what had completed it, whether that was taken or not", async () => {
    await open();
    mend();
    const run = await world.until(world.savepoint.start(publication, undefined, { id: "run" }));
    await world.pass(5_000);
    await complete(await tokenIn(), "yes");
    await ending(run.result());
    const fromAsk = await fork("ask");
    expect(await ending(fromAsk.result())).toBe("yes");
    const again = await world.until(fromAsk.fork({ from: "publish", id: "again" }));
    expect(await ending(again.result())).toBe("yes");
    await expectSoundEnd(world);
  });

  it("is given what its source has not taken yet", async () => {
    await open();
    mend();
    const run = await world.until(world.savepoint.start(publication, undefined, { id: "run" }));
    await world.pass(5_000);
    await world.until(run.pause());
    await complete(await tokenIn(), "x".repeat(1_000));
    const forked = await fork("ask");
    expect(await ending(forked.result())).toBe("x".repeat(1_000));
    await world.until(run.resume());
    expect(await ending(run.result())).toBe("x".repeat(1_000));
    await expectSoundEnd(world);
  });

  it("fails where it would wait for ever, and draws one of its own when it is cut before it", async () => {
    await open();
    mend();
    const run = await world.until(world.savepoint.start(publication, undefined, { id: "run" }));
    await world.pass(5_000);
    const forked = await fork("ask");
    expect(await ending(forked.result())).toMatchObject({
      code: "token_invalid",
      message: expect.stringContaining('fork "run" from "approval"') as string,
    });
    const own = await world.until(run.fork({ from: "approval", id: "own" }));
    await world.pass(5_000);
    await complete(await tokenIn("own"), "its own");
    expect(await ending(own.result())).toBe("its own");
    await complete(await tokenIn(), "the source's");
    expect(await ending(run.result())).toBe("the source's");
    await expectSoundEnd(world);
  });

  it("waits until its time is over when it has a timeout", async () => {
    await open();
    const run = await world.until(world.savepoint.start(patient, undefined, { id: "run" }));
    await world.pass(5_000);
    const forked = await world.until(run.fork({ id: "fork" }));
    await complete(await tokenIn(), "yes");
    expect(await ending(run.result())).toBe("yes");
    expect(await ending(forked.result())).toBe("nothing came");
    await expectSoundEnd(world);
  });

  it("has no events of its source", async () => {
    await open();
    mend();
    const run = await world.until(world.savepoint.start(hearer, { times: 1 }, { id: "run" }));
    await send("one");
    expect(await ending(run.result())).toEqual(["one!"]);
    const forked = await fork("work");
    await world.pass(5_000);
    expect(await world.until(forked.status())).toBe("waiting");
    await world.until(forked.send(go, "its own"));
    expect(await ending(forked.result())).toEqual(["its own!"]);
    await expectSoundEnd(world);
  });
});
