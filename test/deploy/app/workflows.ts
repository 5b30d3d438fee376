import { event, workflow } from "savepoint";

/** A pause in a step, as long as a real one would take. */
const work = (ms: number) => new Promise<void>((done) => void setTimeout(done, ms));

/** Steps that take a while, so that a worker can be killed in the middle. */
export const steady = workflow("steady", {}, async (ctx) => {
  const done: number[] = [];
  for (const n of [1, 2, 3, 4, 5, 6]) {
    done.push(
      await ctx.step(`part ${n}`, async () => {
        await work(1_000);
        return n;
      }),
    );
  }
  return done;
});

/** Waits to be told to go on, over a change of the code. */
export const patient = (version: string) =>
  workflow("patient", {}, async (ctx) => {
    await ctx.step("before", () => "before");
    await ctx.waitFor(event("go"));
    return ctx.step("after", () => `finished by the ${version} code`);
  });

/** Sleeps while the code that it needs is not there. */
export const sleeper = workflow("sleeper", {}, async (ctx) => {
  await ctx.step("before", () => 1);
  await ctx.sleep("a moment", "20s");
  return ctx.step("after", () => 2);
});

/** What the clock starts. */
export const tick = workflow("tick", {}, async (ctx, input: unknown) =>
  ctx.step("see", () => input),
);
