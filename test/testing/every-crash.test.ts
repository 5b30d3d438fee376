import { describe, expect, it } from "vitest";
import { type Context, workflow } from "../../lambda/index.ts";
import { everyCrash, type TestEngine } from "../../lambda/testing/index.ts";

const child = workflow("child", {}, async (ctx: Context, _: undefined) =>
  ctx.step("inner", () => "inner"),
);
const flow = workflow("flow", {}, async (ctx: Context, _: undefined) => {
  const first = await ctx.step("first", () => "first");
  await ctx.sleep("rest", "1h");
  return [first, await ctx.run(child, undefined)];
});

describe("a scenario with every crash", () => {
  it("comes to the same end with each, in processes of their own", async () => {
    let plays = 0;
    const recoveries = new Set<number>();
    const played = await everyCrash({ workflows: [flow, child] }, async (engine) => {
      plays += 1;
      const run = await engine.start(flow, undefined, { id: "run" });
      const output = await run.result();
      recoveries.add((await run.describe()).recoveries);
      return output;
    });
    expect(played.outcome).toEqual(["first", "inner"]);
    expect(played.crashes).toBeGreaterThan(20);
    expect(plays).toBe(played.crashes + 1);
    expect(recoveries).toEqual(new Set([0, 1]));
  });

  it("tells the first crash that changes what it comes to", async () => {
    const calls = async (engine: TestEngine) => {
      await engine.run(flow, undefined);
      return engine.calls("first").length;
    };
    await expect(everyCrash({ workflows: [flow, child] }, calls)).rejects.toThrow(
      /a crash before write \d+ of \d+ \(the record of "first"\) changes .* it gives 1, got that it gives 2/,
    );
  });

  it("tells a crash after which the scenario fails", async () => {
    let plays = 0;
    const fails = async (engine: TestEngine) => {
      plays += 1;
      if (plays > 1) throw new Error("only the first time");
      return engine.run(child, undefined);
    };
    await expect(everyCrash({ workflows: [child] }, fails)).rejects.toThrow(
      /crash before write 1 .*got that it fails with Error: only the first time/,
    );
  });

  it("tells a crash of its own that never comes, unless the scenario fails", async () => {
    const scenario = (engine: TestEngine) => {
      engine.crashBefore("iner");
      return engine.run(child, undefined);
    };
    const played = everyCrash({ workflows: [child] }, scenario);
    await expect(played).rejects.toThrow(/^crashes have not come: before step "iner"/);
    const fails = everyCrash({ workflows: [child] }, async (engine) => {
      await scenario(engine);
      throw new Error("for another reason");
    });
    await expect(fails).rejects.toThrow(/^for another reason$/);
  });

  it("plays as many crashes as it is told, spread over all", async () => {
    const run = (engine: TestEngine) => engine.run(child, undefined);
    const played = await everyCrash({ workflows: [child], samples: 3 }, run);
    expect(played).toEqual({ outcome: "inner", crashes: 3 });
    const none = everyCrash({ workflows: [child], samples: 0 }, run);
    await expect(none).rejects.toThrow(/samples is 0/);
  });

  it("refuses a scenario in which nothing is done, and throws what it throws without a crash", async () => {
    const idle = everyCrash({ workflows: [child] }, async () => 1);
    await expect(idle).rejects.toThrow(/no worker has written anything/);
    const broken = everyCrash({ workflows: [child] }, () => Promise.reject(new Error("broken")));
    await expect(broken).rejects.toThrow("broken");
  });
});
