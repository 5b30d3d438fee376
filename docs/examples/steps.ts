import { RetryAfterError, TerminalError, workflow } from "savepoint";
import { mail, payments } from "./services.ts";

/** Charges an order and sends one receipt. */
export const checkout = workflow(
  "checkout",
  {},
  async (ctx, { cents, email }: { cents: number; email: string }) => {
    const id = await ctx.step(
      "charge",
      {
        timeout: "20s",
        retry: { attempts: 4, delay: "2s", retryIf: (error) => !(error instanceof SyntaxError) },
      },
      ({ idempotencyKey, signal }) => charge(cents, idempotencyKey, signal),
    );
    await ctx.step("receipt", { atMostOnce: true }, () => mail.send(email, `paid: ${id}`));
    return id;
  },
);

async function charge(cents: number, key: string, signal: AbortSignal): Promise<string> {
  const { status, id, retryAfter = 1 } = await payments.charge(cents, key, signal);
  if (status === 429) {
    throw new RetryAfterError("too many charges", { retryAfter: `${retryAfter}s` });
  }
  if (status === 402) throw new TerminalError("the card was declined");
  return id;
}
