import { RetryAfterError, TerminalError, workflow, type Workflow } from "../../lambda/index.ts";
import type { Effects } from "./effects.ts";

/** Workflows that together use every operation there is. */
export function everyOperation(effects: Effects) {
  const leaf = leafOf(effects);
  const named = {
    steps: stepsOf(effects),
    retries: retriesOf(effects),
    sleeps: sleepsOf(effects),
    children: childrenOf(effects, leaf),
    races: racesOf(effects),
  };
  const workflows: Workflow[] = [leaf, ...Object.values(named)];
  return { ...named, workflows };
}

/** What children run. */
function leafOf(effects: Effects) {
  return workflow("leaf", {}, async (ctx, { n }: { n: number }) => {
    if (n < 0) throw new TerminalError(`leaf ${n} fails`, { details: { n } });
    const doubled = await ctx.step(
      "double",
      effects.body(`leaf-${n}`, () => n * 2),
    );
    if (n === 1) await ctx.sleep("rest", "5s");
    return doubled;
  });
}

/** Steps in a row, and a value too large for its item. */
function stepsOf(effects: Effects) {
  return workflow("steps", {}, async (ctx, input: { start: number }) => {
    let sum = input.start;
    for (let i = 0; i < 4; i += 1) {
      const before = sum;
      sum = await ctx.step(
        "add",
        effects.body(`add-${i}`, () => before + i),
      );
    }
    const large = await ctx.step(
      "large",
      effects.body("large", () => largeText(900_000)),
    );
    return { sum, large: large.length };
  });
}

/** Attempts that fail, at once and for good, and one that is told when to come again. */
function retriesOf(effects: Effects) {
  const attempts = new Map<string, number>();
  const failsFirst = (key: string, times: number): void => {
    const attempt = (attempts.get(key) ?? 0) + 1;
    attempts.set(key, attempt);
    if (attempt <= times) throw new Error(`${key} fails the ${attempt}. time`);
  };
  return workflow("retries", {}, async (ctx, _: { start: number }) => {
    const log: string[] = [];
    const first = await ctx.step(
      "flaky",
      { retry: { attempts: 4, delay: "10s" } },
      effects.body("flaky", () => {
        failsFirst("flaky", 2);
        return "ok";
      }),
    );
    log.push(first);
    try {
      await ctx.step(
        "hopeless",
        { retry: { attempts: 2, delay: "1s" } },
        effects.body("hopeless", () => {
          throw new RangeError("always");
        }),
      );
    } catch (error) {
      log.push((error as Error).name);
    }
    const later = await ctx.step(
      "told-to-wait",
      effects.body("told-to-wait", () => {
        if ((attempts.get("told") ?? 0) === 0) {
          attempts.set("told", 1);
          throw new RetryAfterError("busy", { retryAfter: "30s" });
        }
        return "later";
      }),
    );
    log.push(later);
    return log;
  });
}

/** Sleeps short, long, side by side and in the past. */
function sleepsOf(effects: Effects) {
  return workflow("sleeps", {}, async (ctx, _: { start: number }) => {
    const order: string[] = [];
    await ctx.sleep("short", "1s");
    await ctx.sleep("long", "16m");
    await Promise.all([
      ctx.sleep("a", "3s").then(() => order.push("a")),
      ctx.sleep("b", "2s").then(() => order.push("b")),
      ctx
        .step(
          "c",
          effects.body("c", () => 1),
        )
        .then(() => order.push("c")),
    ]);
    await ctx.sleepUntil("past", new Date(0));
    return order.sort();
  });
}

/** Children in all the ways there are. */
function childrenOf(effects: Effects, leaf: ReturnType<typeof leafOf>) {
  return workflow("children", {}, async (ctx, _: { start: number }) => {
    const one = await ctx.run(leaf, { n: 1 });
    const many = await ctx.map("many", [2, 3, 4], { concurrency: 2 }, (branch, n) =>
      branch.run(leaf, { n }),
    );
    const tolerated = await ctx.map("tolerated", [6, -7], { tolerate: 1 }, (branch, n) =>
      branch.run(leaf, { n }, { key: `leaf-${n}` }),
    );
    const detached = await ctx.start(leaf, { n: 9 });
    const both = await ctx.parallel("both", {
      left: async (branch) =>
        branch.step(
          "work",
          effects.body("left", () => "l"),
        ),
      right: async (branch) => {
        await branch.sleep("wait", "2s");
        return branch.step(
          "work",
          effects.body("right", () => "r"),
        );
      },
    });
    return { one, many, tolerated: tolerated.map(({ status }) => status), detached, both };
  });
}

/** Promises combined by the language's own means. */
function racesOf(effects: Effects) {
  return workflow("races", {}, async (ctx, _: { start: number }) => {
    const winner = await Promise.race([
      ctx.step(
        "quick",
        effects.body("quick", () => "quick"),
      ),
      ctx.sleep("slow", "1h").then(() => "slow"),
    ]);
    const settled = await Promise.allSettled([
      ctx.step(
        "fine",
        effects.body("fine", () => 1),
      ),
      ctx.step(
        "bad",
        { retry: { attempts: 1 } },
        effects.body("bad", () => {
          throw new TypeError("bad");
        }),
      ),
    ]);
    return { winner, settled: settled.map(({ status }) => status) };
  });
}

/** Text that does not compress, the same each time. */
export function largeText(length: number): string {
  let state = 1;
  let text = "";
  while (text.length < length) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    text += String.fromCharCode(33 + (state % 90));
  }
  return text;
}
