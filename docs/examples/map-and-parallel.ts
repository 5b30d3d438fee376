import { workflow } from "savepoint";
import { pages } from "./services.ts";

/** Reads pages, three at a time, and writes two texts about them. */
export const compare = workflow("compare", {}, async (ctx, { urls }: { urls: string[] }) => {
  const read = await ctx.map(
    "pages",
    urls,
    { concurrency: 3, tolerate: 1 },
    async (branch, url) => {
      const text = await branch.step("read", { retry: { attempts: 2 } }, () => pages.read(url));
      return branch.step("shorten", () => pages.shorten(text));
    },
  );
  const texts = read.flatMap((page) => (page.status === "fulfilled" ? [page.value] : []));
  return ctx.parallel("report", {
    title: (branch) => branch.step("shorten", () => pages.shorten(texts.join(" "))),
    count: async () => texts.length,
  });
});
