import { workflow } from "savepoint";
import { mail, pages } from "./services.ts";

/** Exchange rates of a month, looked up once for all who ask. */
export const rates = workflow("rates", {}, async (ctx, { month }: { month: string }) =>
  ctx.step("read", () => pages.read(`https://rates.example/${month}`)),
);

/** Sends one invoice. */
export const invoice = workflow(
  "invoice",
  {},
  async (ctx, { to, terms }: { to: string; terms: string }) =>
    ctx.step("send", () => mail.send(to, terms)),
);

/** Tells the accountant, whenever that is. */
export const notify = workflow("notify", {}, async (ctx, { month }: { month: string }) => {
  await ctx.sleep("end of office hours", "8h");
  await ctx.step("tell", () => mail.send("accountant@example.com", `${month} is done`));
});

/** Invoices every customer of a month. */
export const monthEnd = workflow(
  "month-end",
  {},
  async (ctx, { month, customers }: { month: string; customers: string[] }) => {
    const terms = await ctx.run(rates, { month }, { id: `rates-${month}` });
    const sent = await ctx.map("invoices", customers, (branch, to) =>
      branch.run(invoice, { to, terms }),
    );
    const { id } = await ctx.start(notify, { month });
    return { sent, notifiedBy: id };
  },
);
