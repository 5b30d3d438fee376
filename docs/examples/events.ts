import { event, type Savepoint, workflow } from "savepoint";
import * as z from "zod";
import { mail } from "./services.ts";

/** The answer to an expense. */
export const decision = event("decision", z.object({ approved: z.boolean(), by: z.string() }));

/** Asks for leave to spend, and waits three days for the answer. */
export const expense = workflow("expense", {}, async (ctx, { euros }: { euros: number }) => {
  await ctx.step("ask", () => mail.send("boss@example.com", `${euros} €? Answer ${ctx.runId}`));
  const answer = await ctx.waitFor(decision, { timeout: "3d" });
  if (!answer) return "nobody answered";
  return `${answer.approved ? "approved" : "refused"} by ${answer.by}`;
});

/** What is behind the boss's button: two clicks answer once. */
export async function approve(savepoint: Savepoint, run: string): Promise<void> {
  const answer = { approved: true, by: "boss" };
  await savepoint.get(run).send(decision, answer, { idempotencyKey: "boss" });
}

/** Decides on an expense in its boss's place: one run sends into another. */
export const deputy = workflow(
  "deputy",
  {},
  async (ctx, { run, euros }: { run: string; euros: number }) => {
    await ctx.send(run, decision, { approved: euros <= 50, by: "deputy" });
  },
);
