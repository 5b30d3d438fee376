import { type Context, workflow } from "../../lambda/index.ts";

/** Counts to three, a round each. */
export const counter = workflow("counter", {}, async (ctx: Context, count: number) => {
  await ctx.sleep("rest", "1h");
  const drawn = await ctx.step("draw", () => count * 2);
  if (count < 3) return ctx.continueAsNew(count + 1);
  return { drawn, at: ctx.now(), chance: ctx.random(), id: ctx.uuid() };
});

/** Looks something up, in one place or in another. */
export const lookup = workflow("lookup", {}, async (ctx: Context, key: string) => {
  await ctx.sleep("on its way", key === "near" ? "1m" : "1h");
  return ctx.step("read", () => `value of ${key}`);
});

/** Takes what comes first, by `ctx.race` and by `Promise.race`. */
export const fastest = workflow("fastest", {}, async (ctx: Context, _: undefined) => {
  const first = await ctx.race("lookup", {
    near: (branch) => branch.run(lookup, "near"),
    far: (branch) => branch.run(lookup, "far"),
  });
  const seen: string[] = [];
  const note = async (name: "slow" | "fast", ms: number) => {
    await ctx.sleep(name, ms);
    seen.push(await ctx.step(`after ${name}`, () => name));
  };
  await Promise.race([note("slow", 7_200_000), note("fast", 3_600_000)]);
  return { first, seen };
});

const prepare = async (ctx: Context) => ctx.step("prepare", () => "prepared");
const publish = async (ctx: Context) => ctx.step("publish", () => "published");

/** Before its code was changed. */
export const releaseBefore = workflow("release", {}, async (ctx: Context, _: undefined) => {
  await prepare(ctx);
  await ctx.sleep("review", "2d");
  return publish(ctx);
});

/** The same with what was added under a patch. */
export const release = workflow("release", {}, async (ctx: Context, _: undefined) => {
  await prepare(ctx);
  if (await ctx.patched("check first")) await ctx.step("check", () => "checked");
  await ctx.sleep("review", "2d");
  if (await ctx.patched("sign")) await ctx.step("sign", () => "signed");
  return publish(ctx);
});

/** Fails in the end, whatever is tried. */
export const failing = workflow("failing", {}, async (ctx: Context, _: undefined) =>
  ctx.parallel("both", {
    good: (branch) => branch.step("good", () => new Map([["day", new Date(0)]])),
    bad: (branch) =>
      branch.step("bad", { retry: { attempts: 3 } }, () => {
        throw new RangeError("out of bounds");
      }),
  }),
);

/** Takes a lock and gives it back whatever happens, as the histories of cancelled and terminated runs have it. */
export const load = workflow("load", {}, async (ctx: Context, { files }: { files: string[] }) => {
  await ctx.step("lock", () => undefined);
  try {
    for (const file of files) {
      await ctx.step("file", () => file);
      await ctx.sleep("let others read", "1m");
    }
  } finally {
    await ctx.step("unlock", () => undefined);
  }
});
