import { TerminalError, workflow } from "../../lambda/index.ts";

/** What the bodies of a test have done. */
export let log: string[] = [];
let isMended = false;

/** Before each test: nothing is done, and what is to be mended is broken. */
export function breakAgain(): void {
  log = [];
  isMended = false;
}

/** From now on what was broken works. */
export const mend = (): void => void (isMended = true);

/** Notes what a body does, and gives it back. */
export const note = (what: string) => {
  log.push(what);
  return what;
};
/** A body that fails until it is mended. */
export const failing = (what: string) => {
  note(what);
  if (!isMended) throw new TerminalError(`${what} is broken`);
  return `${what} works`;
};

/** Steps around a sleep and a large value; the last of them is broken. */
export const flow = workflow("flow", {}, async (ctx, { times }: { times: number }) => {
  const drawn = ctx.random();
  const first = await ctx.step("first", () => note("first".repeat(times)));
  await ctx.sleep("rest", "30m");
  const at = ctx.now();
  const big = await ctx.step("big", () => note("big") && "x".repeat(1).concat(noise));
  const last = await ctx.step("last", () => failing("last"));
  return { drawn, first, at, size: big.length, last };
});
/** Text that no compression makes fit an item. */
export const noise = Array.from({ length: 120_000 }, (_, i) =>
  ((i * 7_919) % 65_521).toString(36),
).join("");
/** Its second step is broken. */
export const broken = workflow("broken", {}, async (ctx) => {
  await ctx.step("once", () => note("once"));
  return ctx.step("work", () => failing("work"));
});
/** Nothing is wrong with it. */
export const sound = workflow("sound", {}, async (ctx) => ctx.step("sound", () => note("sound")));
/** Its second child is broken. */
export const parent = workflow("parent", {}, async (ctx) => {
  const [, child] = await Promise.all([
    ctx.run(sound, undefined),
    ctx.run(broken, undefined),
    ctx.sleep("short", "1s"),
  ]);
  return child;
});
