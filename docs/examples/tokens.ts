import { workflow } from "savepoint";
import * as z from "zod";
import { mail } from "./services.ts";

const Decision = z.object({ isApproved: z.boolean() });

/** Publishes a text once whoever gets the link has approved it. */
export const publication = workflow("publication", {}, async (ctx, { to }: { to: string }) => {
  const approval = await ctx.token("approval", { schema: Decision, timeout: "7d" });
  const link = `https://example.org/approve?token=${approval.token}`;
  await ctx.step("ask", () => mail.send(to, link));
  const decision = await approval.result();
  if (!decision) return "nobody answered";
  return decision.isApproved ? "published" : "rejected";
});
