import { afterEach, expect, it } from "vitest";
import { CancelledError, workflow } from "../../lambda/index.ts";
import type { ProcessFault } from "../../lambda/testing/faulty-handler.ts";
import { World } from "../../lambda/testing/world.ts";
import { expectSoundEnd } from "./invariants.ts";

const INVOCATION_MS = 900_000;

let world: World;
afterEach(() => world.end());

const isCancelRecord = (action: string, body: string): boolean =>
  action === "PutItem" && body.includes('"OP#@cancel"');

/** A run that waits, and is cancelled while the first write of the cancel's record meets a fault. */
async function cancelledRun(fault: ProcessFault) {
  const met: number[] = [];
  const undone: string[] = [];
  const patient = workflow("patient", {}, async (ctx) => {
    await ctx.step("book", { rollback: () => undone.push("book") }, () => 1);
    await ctx.sleep("long", "2h");
  });
  world = await World.create({
    workflows: [patient],
    invocationMs: INVOCATION_MS,
    fault: (_, action, body) => {
      if (!isCancelRecord(action, body) || met.push(world.clock.now()) > 1) return undefined;
      return fault;
    },
  });
  world.begin();
  const run = await world.until(world.savepoint.start(patient, undefined, { id: "run" }));
  await world.pass(5_000);
  await world.until(run.cancel());
  const error = await world.until(run.result()).catch((thrown: unknown) => thrown);
  return { error, undone, tookMs: world.clock.now() - (met[0] ?? 0) };
}

it.each([
  ["refused for want of a valid token", { refuseWith: "ExpiredTokenException" }],
  ["of unknown outcome", { noticedAfterMs: 400_000 }],
] as const)(
  "an owner whose write of a cancel is %s gives the run up, and the next one delivers it",
  async (_, fault) => {
    const { error, undone, tookMs } = await cancelledRun(fault);
    expect(error).toBeInstanceOf(CancelledError);
    expect(undone).toEqual(["book"]);
    expect(tookMs).toBeLessThan(INVOCATION_MS / 2);
    expect(world.processes.filter(({ isDead }) => isDead)).toEqual([]);
    await expectSoundEnd(world);
  },
);
