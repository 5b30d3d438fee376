import { SMOKE } from "../core/smoke.ts";
import { event } from "../engine/event.ts";
import { workflow } from "../engine/workflow.ts";

/**
 * What `savepoint smoke` tries a deployment with: a step, a wait for an event, and what was said. It does
 * nothing to anything else, and whoever may start runs may start it.
 */
export const smoke = workflow(SMOKE.workflow, {}, async (ctx) => {
  const begun = await ctx.step("begin", () => true);
  const said = await ctx.waitFor(event(SMOKE.event), { timeout: "10m" });
  return { begun, said };
});
