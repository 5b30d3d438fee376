import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Context, workflow } from "../../lambda/index.ts";
import { World, type WorldOptions } from "../../lambda/testing/world.ts";

/** A program over promises, as data: what fast-check makes up and shrinks. */
type Program =
  | { readonly kind: "step"; readonly name: string; readonly ms: number; readonly fails: boolean }
  | { readonly kind: "sleep"; readonly name: string; readonly ms: number }
  | {
      readonly kind: "sequence" | "all" | "allSettled" | "race";
      readonly parts: readonly Program[];
    };

const name = fc.constantFrom("a", "b", "c");
const ms = fc.integer({ min: 0, max: 4 }).map((n) => n * 700);
const { program } = fc.letrec<{ program: Program }>((tie) => ({
  program: fc.oneof(
    { maxDepth: 3, depthIdentifier: "program" },
    fc.record({ kind: fc.constant("step" as const), name, ms, fails: fc.boolean() }),
    fc.record({ kind: fc.constant("sleep" as const), name, ms }),
    fc.record({
      kind: fc.constantFrom("sequence", "all", "allSettled", "race"),
      parts: fc.array(tie("program"), { minLength: 1, maxLength: 3 }),
    }),
  ),
}));

/** Runs a program and traces what its code saw, in the order in which it saw it. */
function interpret(sleep: (ms: number) => Promise<void>, traces: string[][]) {
  return workflow("program", {}, async (ctx, input: Program) => {
    const trace: string[] = [];
    traces.push(trace);
    await run(ctx, input, trace, "0").catch((error: Error) => trace.push(`! ${error.message}`));
    return trace;
  });

  async function run(ctx: Context, p: Program, trace: string[], at: string): Promise<string> {
    const result = await evaluate(ctx, p, trace, at).catch((error: Error) => {
      trace.push(`${at} threw`);
      throw error;
    });
    trace.push(`${at} ${result}`);
    return result;
  }

  async function evaluate(ctx: Context, p: Program, trace: string[], at: string): Promise<string> {
    if (p.kind === "sleep") return ctx.sleep(p.name, p.ms).then(() => "slept");
    if (p.kind === "step") {
      return ctx.step(p.name, { retry: { attempts: 1 } }, async () => {
        await sleep(p.ms);
        if (p.fails) throw new Error(`${p.name} failed`);
        return p.name;
      });
    }
    const branch = (part: Program, index: number) => run(ctx, part, trace, `${at}.${index}`);
    switch (p.kind) {
      case "sequence": {
        const results: string[] = [];
        for (const [index, part] of p.parts.entries()) results.push(await branch(part, index));
        return results.join();
      }
      case "all":
        return (await Promise.all(p.parts.map(branch))).join();
      case "allSettled":
        return (await Promise.allSettled(p.parts.map(branch))).map(({ status }) => status).join();
      case "race":
        return Promise.race(p.parts.map(branch));
    }
  }
}

/** Plays a program, its process dying after the given calls; what each invocation's code saw. */
async function play(input: Program, fault: WorldOptions["fault"] = () => undefined) {
  let world: World | undefined;
  const traces: string[][] = [];
  const sleep = (duration: number) =>
    new Promise<void>((resolve) => void world?.clock.after(duration, resolve));
  const program = interpret(sleep, traces);
  world = await World.create({
    workflows: [program],
    // Waits of up to a second stay in the invocation, longer ones park.
    settings: { waitInPlaceMs: 1_000 },
    fault,
  });
  const output = await world.run(program, input);
  await world.end();
  return { output, traces, calls: world.calls };
}

describe("the order in which code sees outcomes", () => {
  it("is in every later invocation what it was in the ones before", async () => {
    await fc.assert(
      fc.asyncProperty(program, fc.array(fc.nat(), { maxLength: 3 }), async (input, chances) => {
        const calm = await play(input);
        const crashes = chances.map((chance) => 1 + (chance % calm.calls));
        const { output, traces } = await play(input, (n) =>
          crashes.includes(n) ? "crash-after" : undefined,
        );
        for (const seen of traces) expect(output.slice(0, seen.length)).toEqual(seen);
      }),
      { numRuns: 70 },
    );
  }, 240_000);

  it("is the same when the whole history is replayed", async () => {
    await fc.assert(
      fc.asyncProperty(program, async (input) => {
        const calm = await play(input);
        let finishes = 0;
        const replayed = await play(input, (_, action, body) => {
          const isFinish = action === "UpdateItem" && body.includes('"succeeded"');
          return isFinish && (finishes += 1) === 1 ? "crash-before" : undefined;
        });
        expect(finishes).toBe(2);
        expect(replayed.output).toEqual(calm.output);
      }),
      { numRuns: 40 },
    );
  }, 240_000);
});
