import { workflow } from "savepoint";
import { mail, pages } from "./services.ts";

/** Draws one of the readers: whatever crashes, it is the same one, on the same day, with the same ticket. */
export const raffle = workflow("raffle", {}, async (ctx, { readers }: { readers: string[] }) => {
  const winner = readers[Math.floor(ctx.random() * readers.length)] ?? "nobody";
  const day = new Date(ctx.now()).toISOString().slice(0, 10);
  const ticket = ctx.uuid();
  await ctx.step("draft", () => pages.read("raffle"));
  return ctx.step("tell", () => mail.send(winner, `${day}, ticket ${ticket}`));
});

/** As it was deployed first. */
export const first = workflow("newsletter", { version: "1" }, async (ctx) => {
  const text = await ctx.step("draft", () => pages.read("draft"));
  await ctx.sleep("review", "1d");
  return ctx.step("send", () => mail.send("readers@example.com", text));
});

/** Asks for something else where "draft" is recorded: runs that have it are blocked. */
export const renamed = workflow("newsletter", { version: "2" }, async (ctx) => {
  const text = await ctx.step("first draft", () => pages.read("draft"));
  await ctx.sleep("review", "1d");
  return ctx.step("send", () => mail.send("readers@example.com", text));
});

/** Asks for the recorded operations as before, and for something new after them: runs go on. */
export const extended = workflow("newsletter", { version: "3" }, async (ctx) => {
  const text = await ctx.step("draft", () => pages.read("draft"));
  await ctx.sleep("review", "1d");
  const short = await ctx.step("shorten", () => pages.shorten(text));
  return ctx.step("send", () => mail.send("readers@example.com", short));
});

/** Asks for something new in the midst of what is recorded, in runs that have not been there yet. */
export const inserted = workflow("newsletter", { version: "4" }, async (ctx) => {
  let text = await ctx.step("draft", () => pages.read("draft"));
  if (await ctx.patched("shorten before the review")) {
    text = await ctx.step("shorten", () => pages.shorten(text));
  }
  await ctx.sleep("review", "1d");
  return ctx.step("send", () => mail.send("readers@example.com", text));
});
