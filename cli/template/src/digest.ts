import { workflow } from "savepoint";
import * as z from "zod";

/** What has been written on a topic, in a line each. Each step is recorded once, whatever dies. */
export const digest = workflow(
  "digest",
  { input: z.object({ topic: z.string() }) },
  async (ctx, { topic }) => {
    const stories = await ctx.step("search", () => [`${topic} in theory`, `${topic} in practice`]);
    await ctx.sleep("let it settle", "3s"); // nothing runs meanwhile
    const lines = await ctx.map("read", stories, (branch, story) =>
      branch.step("summarise", () => `${story}: worth reading`),
    );
    return lines.join("\n");
  },
);
