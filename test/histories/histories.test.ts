import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { replay } from "../../lambda/testing/index.ts";
import { CASES } from "./cases.ts";
import { keptHistory } from "./files.ts";

const WAITING = ["sleep-under-way", "continue-as-new-under-way", "terminated"];

describe("the kept histories of runs", () => {
  it.each(CASES)("fit the present code: $name", async ({ name, workflow }) => {
    const replayed = await replay(workflow, keptHistory(name));
    expect(replayed.operations).toBeGreaterThan(0);
    expect(replayed.isEnded).toBe(!WAITING.includes(name));
  });

  it("are those of the cases, and no others", () => {
    const kept = readdirSync("test/histories").filter((name) => name.endsWith(".json"));
    expect(kept.toSorted()).toEqual(CASES.map(({ name }) => `${name}.json`).toSorted());
  });
});
