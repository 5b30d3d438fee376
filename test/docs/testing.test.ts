import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  bossAnswers,
  chargesAgain,
  nobodyAnswers,
  oldRunFits,
  survivesEveryCrash,
} from "../../docs/examples/testing.ts";
import * as kit from "../../lambda/testing/index.ts";

describe("the example of tests", () => {
  it.each([nobodyAnswers, bossAnswers, chargesAgain, survivesEveryCrash])(
    "passes: $name",
    async (example) => {
      await expect(example()).resolves.toBeUndefined();
    },
  );

  it("replays a history from a file", async () => {
    await expect(oldRunFits("test/histories/event-sent.json")).resolves.toBeUndefined();
    const other = oldRunFits("test/histories/steps.json");
    await expect(other).rejects.toThrow(/of workflow "checkout"/);
  });
});

describe("the guide to tests", () => {
  const guide = readFileSync("docs/testing.md", "utf8");

  it("tells of everything an engine can do, and is made with", async () => {
    const engine = await kit.createTestEngine({ workflows: [] });
    const names = [...Object.keys(engine), ...Object.keys(kit)];
    names.push("workflows", "start", "seed", "settings", "patience", "limit", "samples");
    expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(guide))).toEqual([]);
  });
});
