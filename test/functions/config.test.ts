import { describe, expect, it } from "vitest";
import { configOf, defineConfig, workflow } from "../../lambda/index.ts";

const one = workflow("one", {}, async () => 1);
const two = workflow("two", {}, async () => 2);

describe("the configuration that a module stands for", () => {
  it("is its default export", () => {
    const config = defineConfig({ workflows: [one] });
    expect(configOf({ default: config, two })).toBe(config);
  });

  it("is every workflow that it exports when it has none, once each", () => {
    expect(configOf({ one, two, again: one, helper: () => 1, name: "one" })).toEqual({
      workflows: [one, two],
    });
    expect(configOf({ default: one })).toEqual({ workflows: [one] });
  });

  it("is refused when it exports neither, by what it does export", () => {
    expect(() => configOf({ default: { workflows: [1] }, helper: () => 1 })).toThrow(
      'the configuration exports default, helper (the default\'s "workflows" is no list of workflows); export default defineConfig(',
    );
    expect(() => configOf({ default: { workflow: [one], telemetry: 1 } })).toThrow(
      'exports default (the default has "workflow", "telemetry" and no "workflows"); export default',
    );
    expect(() => configOf({})).toThrow("the configuration exports nothing;");
  });
});
