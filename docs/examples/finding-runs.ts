import type { ListOptions, RunHandle, Savepoint } from "savepoint";
import { checkout } from "./steps.ts";

/** Starts a checkout that can be found by its customer and by the shop. */
export const startCheckout = (
  savepoint: Savepoint,
  { customer, shop }: { customer: string; shop: string },
  order: { cents: number; email: string },
): Promise<RunHandle<string>> =>
  savepoint.start(checkout, order, { attributes: { customer, shop } });

/** Ids of all checkouts of a customer that have failed, those that failed last first. */
export async function failedOf(savepoint: Savepoint, customer: string): Promise<string[]> {
  const wanted: ListOptions = { workflow: "checkout", status: "failed", attributes: { customer } };
  let page = await savepoint.list(wanted);
  const runs = [...page.runs];
  while (page.next !== undefined) {
    page = await savepoint.list({ ...wanted, cursor: page.next });
    runs.push(...page.runs);
  }
  return runs.map(({ id }) => id);
}
