import { event, workflow } from "savepoint";
import { mail } from "./services.ts";

/** A customer has bought for that many euros. */
export const purchase = event<number>("purchase");
/** The customer wants no account any more. */
export const closure = event("closure");

/** What one round of an account hands on to the next. */
export interface Account {
  readonly email: string;
  readonly points: number;
}

/** Counts a customer's points for as long as there is an account: a hundred purchases a round. */
export const account = workflow("account", {}, async (ctx, { email, points }: Account) => {
  let total = points;
  for (let n = 0; n < 100; n += 1) {
    const next = await ctx.race("next", {
      purchase: (branch) => branch.waitFor(purchase),
      closure: (branch) => branch.waitFor(closure),
    });
    if (next.winner === "closure") return total;
    total += next.value;
    await ctx.step("tell", () => mail.send(email, `${total} points`));
  }
  return ctx.continueAsNew({ email, points: total });
});
