import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createTestEngine, everyCrash, replay } from "savepoint/test";
import { decision, expense } from "./events.ts";
import { checkout } from "./steps.ts";

/** Nobody answers for three days, which takes milliseconds. */
export async function nobodyAnswers(): Promise<void> {
  const engine = await createTestEngine({ workflows: [expense] });
  const ask = engine.mock("ask", () => "asked");
  assert.equal(await engine.run(expense, { euros: 40 }), "nobody answered");
  assert.equal(ask.calls.length, 1);
}

/** The boss answers on the second day. */
export async function bossAnswers(): Promise<void> {
  const engine = await createTestEngine({ workflows: [expense] });
  const run = await engine.start(expense, { euros: 40 });
  await engine.advance("2d");
  await run.send(decision, { approved: true, by: "boss" });
  assert.equal(await run.result(), "approved by boss");
}

/** The worker dies when the card is charged and nobody knows: it is charged again, with the same key. */
export async function chargesAgain(): Promise<void> {
  const engine = await createTestEngine({ workflows: [checkout] });
  const charge = engine.mock("charge", () => "charge-1");
  engine.crashAfter("charge");
  assert.equal(await engine.run(checkout, { cents: 995, email: "ada@example.com" }), "charge-1");
  const keys = charge.calls.map(({ idempotencyKey }) => idempotencyKey);
  assert.deepEqual(keys, [keys[0], keys[0]]);
  await engine.close();
}

/** Whenever its worker dies, a run comes to the same end. */
export async function survivesEveryCrash(): Promise<void> {
  await everyCrash({ workflows: [expense] }, (engine) => engine.run(expense, { euros: 40 }));
}

/** A run of the past still fits the code. */
export async function oldRunFits(path: string): Promise<void> {
  await replay(expense, JSON.parse(await readFile(path, "utf8")));
}
