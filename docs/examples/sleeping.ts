import { workflow } from "savepoint";
import { mail } from "./services.ts";

/** Accompanies a trial account to its end. */
export const trial = workflow(
  "trial",
  {},
  async (ctx, { email, endsAt }: { email: string; endsAt: Date }) => {
    await ctx.step("welcome", () => mail.send(email, "welcome"));
    await ctx.sleep("settle in", "2d");
    await ctx.step("tips", () => mail.send(email, "tips"));
    await ctx.sleepUntil("end of trial", endsAt);
    return ctx.step("goodbye", () => mail.send(email, "your trial is over"));
  },
);
