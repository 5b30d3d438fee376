import { afterEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { decodeValue } from "../../lambda/core/codec.ts";
import { type RecordedToken, tokenOf } from "../../lambda/core/token.ts";
import {
  type Context,
  event,
  type Token,
  TokenInvalidError,
  workflow,
} from "../../lambda/index.ts";
import { historyOf } from "../../lambda/store/meta.ts";
import { World, type WorldOptions } from "../../lambda/testing/world.ts";
import { expectSoundEnd } from "./invariants.ts";

const Decision = z.object({ ok: z.boolean() });
const go = event<number>("go");

let world: World;
/** Tokens as the code has had them, in each execution. */
let seen: string[] = [];
afterEach(async () => {
  await world.end();
  seen = [];
});

const asks = async (ctx: Context): Promise<Token<{ ok: boolean }>> => {
  const token = await ctx.token("approval", { schema: Decision });
  seen.push(token.token);
  await ctx.step("tell", () => undefined);
  return token;
};
const approval = workflow("approval", {}, async (ctx) => {
  const { ok } = await (await asks(ctx)).result();
  return ctx.step("publish", () => (ok ? "published" : "dropped"));
});
const patient = workflow("patient", {}, async (ctx) => {
  const token = await ctx.token("approval", { timeout: "1m" });
  await ctx.sleep("first", "40s");
  return (await token.result()) ?? "nothing came";
});
const late = workflow("late", {}, async (ctx) => {
  const token = await ctx.token<string>("approval", { timeout: "1m" });
  await ctx.sleep("first", "5m");
  return token.result();
});
const several = workflow("several", {}, async (ctx) => {
  const tokens = [await ctx.token("a"), await ctx.token("a"), await ctx.token("b")];
  const [first, again] = [tokens[0]?.result(), tokens[0]?.result()];
  if (first !== again) throw new Error("another promise");
  const byEvent = ctx.waitFor(event("a"));
  return Promise.all([...tokens.map((token) => token.result()), byEvent]);
});
/** One token a round, whose value the first round does not take. */
const rounds = workflow("rounds", {}, async (ctx, { round }: { round: number }) => {
  const token = await ctx.token<string>("approval");
  if (round === 2) return token.result();
  await ctx.waitFor(go);
  return ctx.continueAsNew({ round: 2 });
});
const workflows = [approval, patient, late, several, rounds];

async function open(options: Partial<WorldOptions> = {}) {
  world = await World.create({ workflows, ...options });
  world.begin();
}

/** The token that a run has recorded. */
async function tokenIn(id = "run", key = "approval"): Promise<string> {
  const meta = await world.until(world.store.readRun(id));
  if (!meta) throw new Error("there is no run");
  const record = await world.until(world.store.readOperation(historyOf(meta), key));
  const stored = await world.until(world.store.values.fetch(record?.result ?? ""));
  return (decodeValue(stored) as RecordedToken).token;
}

const complete = (token: string, value: unknown = { ok: true }, idempotencyKey?: string) =>
  world.until(world.savepoint.completeToken(token, value, { idempotencyKey }));
const refusal = (token: string) =>
  complete(token).then(
    () => "completed",
    (error: unknown) => error,
  );
const begin = (name: { name: string }, input: unknown = undefined, id = "run") =>
  world.until(world.savepoint.start(name as typeof approval, input as undefined, { id }));

describe("a callback token", () => {
  it("is completed with a value, which the run gets", async () => {
    await open();
    const run = await begin(approval);
    await world.pass(5_000);
    expect(await world.until(run.status())).toBe("waiting");
    await complete(await tokenIn());
    expect(await world.until(run.result())).toBe("published");
    await expectSoundEnd(world);
  });

  it("is the same after every replay", async () => {
    let dies = 0;
    await open({
      fault: (_, action) => (action === "PutItem" && ++dies === 3 ? "crash-before" : undefined),
    });
    const run = await begin(approval);
    await world.pass(120_000);
    await complete(await tokenIn());
    expect(await world.until(run.result())).toBe("published");
    expect(seen.length).toBeGreaterThan(1);
    expect(new Set(seen).size).toBe(1);
  });

  it("can be completed before its result is asked for, and by its own value only", async () => {
    await open();
    const run = await begin(several);
    await world.pass(5_000);
    await complete(await tokenIn("run", "b"), "for b");
    await complete(await tokenIn("run", "a#2"), "second a");
    await world.until(run.send(event("a"), "an event"));
    await world.pass(5_000);
    expect(await world.until(run.status())).toBe("waiting");
    await complete(await tokenIn("run", "a"), "first a");
    expect(await world.until(run.result())).toEqual(["first a", "second a", "for b", "an event"]);
    await expectSoundEnd(world);
  });

  it("rejects its result with the schema's complaint about the value", async () => {
    await open();
    const run = await begin(approval);
    await world.pass(5_000);
    await complete(await tokenIn(), { ok: "yes" });
    await expect(world.until(run.result())).rejects.toMatchObject({
      code: "validation",
      message: expect.stringContaining('value of token "approval"') as string,
    });
  });

  it("gives undefined when its time, counted from its creation, is over", async () => {
    await open();
    const run = await begin(patient);
    const startedAt = world.clock.now();
    expect(await world.until(run.result())).toBe("nothing came");
    expect(world.clock.now() - startedAt).toBeGreaterThanOrEqual(60_000);
    expect(world.clock.now() - startedAt).toBeLessThan(75_000);
    await expectSoundEnd(world);
  });

  it("gives a value that came in time although it was asked for later", async () => {
    await open();
    const run = await begin(late);
    await world.pass(30_000);
    await complete(await tokenIn(), "in time");
    expect(await world.until(run.result())).toBe("in time");
    await expectSoundEnd(world);
  });

  it("is shown neither by the history nor by the log", async () => {
    await open();
    const run = await begin(approval);
    await world.pass(5_000);
    const token = await tokenIn();
    await complete(token);
    await world.until(run.result());
    await refusal(token);
    const shown = [
      await world.until(run.history()),
      await world.until(run.describe()),
      await world.until(world.savepoint.list()),
      world.logs,
    ];
    expect(JSON.stringify(shown)).toContain("approval");
    expect(JSON.stringify(shown)).not.toContain(token.split(".")[1]);
  });
});

describe("a token that completes nothing", () => {
  it("is refused in the same words, whatever is wrong with it", async () => {
    await open();
    await begin(approval);
    await begin(late, undefined, "late");
    await begin(approval, undefined, "done");
    await world.pass(5_000);
    const [token, expired, finished] = [
      await tokenIn(),
      await tokenIn("late"),
      await tokenIn("done"),
    ];
    await world.until(world.savepoint.get("done").terminate());
    await complete(token);
    await world.pass(70_000);
    const meta = await world.until(world.store.readRun("late"));
    const forged = { runId: "late", incarnation: meta?.incarnation ?? "", key: "approval" };
    const [head = ""] = expired.split(".");
    const secret = "x".repeat(43);
    const wrong = [
      token,
      expired,
      finished,
      `${head}.${secret}`,
      tokenOf({ ...forged, incarnation: "older" }, secret),
      tokenOf({ ...forged, key: "first" }, secret),
      tokenOf({ ...forged, key: "nothing" }, secret),
      tokenOf({ ...forged, key: "x".repeat(2_000) }, secret),
      tokenOf({ ...forged, runId: "nobody" }, secret),
      tokenOf({ ...forged, runId: "../x" }, secret),
      "",
      ".",
      "x".repeat(10_000),
    ];
    const errors: unknown[] = [];
    for (const one of wrong) errors.push(await refusal(one));
    expect(errors.map((error) => (error as Error).message)).toEqual(
      wrong.map(() => (errors[0] as Error).message),
    );
    for (const error of errors) expect(error).toBeInstanceOf(TokenInvalidError);
  });

  it("is one that was used while its run still waited, and was read again", async () => {
    await open();
    const run = await begin(several);
    await world.pass(5_000);
    const token = await tokenIn("run", "a");
    const both = await world.until(
      Promise.allSettled([1, 2].map((n) => world.savepoint.completeToken(token, n))),
    );
    expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    // Taken by the run, and cleared away.
    await world.pass(30_000);
    expect((await world.until(world.store.readRun("run")))?.box).toEqual([]);
    expect(await refusal(token)).toBeInstanceOf(TokenInvalidError);
    await world.until(run.terminate());
  });

  it("is one of an earlier round, and its value is not taken for the next round's", async () => {
    await open();
    const run = await begin(rounds, { round: 1 });
    await world.pass(5_000);
    const first = await tokenIn();
    await complete(first, "of the first round");
    await world.until(run.send(go, 1));
    await world.pass(5_000);
    expect(await refusal(first)).toBeInstanceOf(TokenInvalidError);
    const second = await tokenIn();
    expect(second).not.toBe(first);
    expect(await world.until(run.status())).toBe("waiting");
    expect(await world.until(world.store.readRun("run"))).toMatchObject({
      box: [],
      usedTokens: [],
    });
    await complete(second, "of the second round");
    expect(await world.until(run.result())).toBe("of the second round");
    await expectSoundEnd(world);
  });
});

describe("a completion that is repeated under its key", () => {
  it("is not refused, wherever the run stands, and arrives once", async () => {
    await open();
    const run = await begin(approval);
    await world.pass(5_000);
    const token = await tokenIn();
    await complete(token, { ok: true }, "k");
    await complete(token, { ok: true }, "k");
    expect(await world.until(run.result())).toBe("published");
    await complete(token, { ok: true }, "k");
    await expect(complete(token, { ok: true }, "l")).rejects.toBeInstanceOf(TokenInvalidError);
    await expectSoundEnd(world);
  });
});

describe("any call of a worker gone wrong", () => {
  async function play(fault?: WorldOptions["fault"]): Promise<unknown> {
    await open(fault ? { fault } : {});
    const run = await begin(approval);
    await world.pass(90_000);
    await complete(await tokenIn());
    return world.until(run.result());
  }

  it.each(["crash-before", "crash-after", "lost-reply", "throttle"] as const)(
    "a run is approved by its one token: %s",
    async (fault) => {
      expect(await play()).toBe("published");
      const { calls } = world;
      await world.end();
      for (let n = 1; n <= calls; n += 1) {
        seen = [];
        const at = `call ${n} of ${calls}`;
        expect(await play((call) => (call === n ? fault : undefined)), at).toBe("published");
        expect(new Set(seen).size, at).toBe(1);
        await world.pass(3 * 60_000);
        await expectSoundEnd(world);
        if (n < calls) await world.end();
      }
    },
    120_000,
  );
});
