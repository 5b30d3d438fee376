import { expect, it } from "vitest";
import { World } from "../support/world.ts";
import { Effects, everyOperation } from "./workflows.ts";
it.each(["steps", "retries", "sleeps", "children", "races"] as const)("%s", async (name) => {
  const all = everyOperation(new Effects());
  const world = await World.create({ workflows: all.workflows });
  try {
    const out = await world.run<{ start: number }, unknown>(all[name], { start: 1 });
    console.log(
      name,
      JSON.stringify(out),
      world.calls,
      world.invocations,
      world.clock.now() - Date.UTC(2026, 0, 1),
    );
    expect(1).toBe(1);
  } catch (e) {
    console.log(
      e,
      world.logs,
      world.outcomes
        .slice(-8)
        .map((o) => [o.action, JSON.stringify(o.input).slice(0, 600), o.error?.message]),
    );
    throw e;
  }
});
