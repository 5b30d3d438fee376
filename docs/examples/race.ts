import { event, workflow } from "savepoint";
import { mail, pages } from "./services.ts";

/** What an expert answers. */
export const answer = event<string>("answer");
/** Nobody needs to know any more; says why. */
export const withdrawn = event<string>("withdrawn");

/** Asks somebody who may take their time. */
export const expert = workflow("expert", {}, async (ctx, { question }: { question: string }) => {
  await ctx.step("ask", () => mail.send("expert@example.com", `${question} Answer ${ctx.runId}`));
  return ctx.waitFor(answer);
});

/** Takes the first answer there is, for two days, unless the question is withdrawn. */
export const question = workflow(
  "question",
  {},
  async (ctx, { text, url }: { text: string; url: string }) => {
    const end = await ctx.race("answer", {
      page: (branch) => branch.step("read", ({ signal }) => pages.read(url, signal)),
      expert: (branch) => branch.run(expert, { question: text }),
      withdrawn: (branch) => branch.waitFor(withdrawn),
      nobody: (branch) => branch.sleep("patience", "2d"),
    });
    if (end.winner === "nobody") return "nobody knows";
    return `${end.winner}: ${end.value}`;
  },
);
