import { describe, expect, it } from "vitest";
import { workflow } from "../../lambda/index.ts";
import {
  createTestEngine,
  everyCrash,
  type TestEngineOptions,
} from "../../lambda/testing/index.ts";

const once = workflow("once", {}, (ctx, _: undefined) => ctx.step("work", () => 1));

describe("a test engine", () => {
  it.each<[object, RegExp]>([
    [{}, /needs workflows, and got undefined; give an array/],
    [{ workflows: [], sead: 2 }, /the test engine has no option "sead"; it takes .*seed/],
    [
      { workflows: [], settings: { leasMs: 2 } },
      /settings has no option "leasMs"; it takes .*leaseMs/,
    ],
  ])("is not made with %j", async (options, message) => {
    const made = createTestEngine(options as TestEngineOptions);
    await expect(made).rejects.toMatchObject({ code: "invalid_argument" });
    await expect(made).rejects.toThrow(message);
  });

  it("refuses what it is misspelt to be asked for", async () => {
    const engine = await createTestEngine({ workflows: [once] });
    const misspelt = { workflows: "once", tmes: 2 } as object;
    expect(() => engine.mock("work", () => 1, misspelt)).toThrow(
      /has no option .*; it takes .*workflow/,
    );
    expect(() => engine.calls("work", misspelt)).toThrow(/has no option .*; it takes .*workflow/);
    expect(() => engine.crashBefore("work", { tims: 2 } as object)).toThrow(/it takes .*times/);
    const run = await engine.start(once, undefined);
    await expect(run.result({ timeOut: "1s" } as object)).rejects.toThrow(/it takes .*timeout/);
    const sampled = { workflows: [once], sample: 3 };
    await expect(everyCrash(sampled, async () => 1)).rejects.toThrow(/it takes .*samples/);
    await engine.close();
  });
});
