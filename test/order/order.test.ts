import { describe, expect, it } from "vitest";
import { buildPatched } from "../sim/build.ts";
import { noTurnBetweenSettlements } from "../sim/mutations/no-turn-between-settlements.ts";
import type * as Order from "./order.ts";

const PROGRAMS = 60;
const CRASHES = 1;
/** The programs are always the same ones: a failure must not come and go. */
const SEED = 1;

const build = (name: string, ...patches: Parameters<typeof buildPatched>[2]) =>
  buildPatched<typeof Order>("test/order/order.ts", `order ${name}`, patches);

describe("the order in which a program's lines go on", () => {
  it(`is kept by a crash and by replay in ${PROGRAMS} programs`, async () => {
    const { tryPrograms } = await build("as it is");
    let programs = 0;
    await tryPrograms({
      programs: PROGRAMS,
      crashes: CRASHES,
      seed: SEED,
      onProgram: () => void (programs += 1),
    });
    expect(programs).toBe(PROGRAMS);
  });

  it("is seen to be broken by a mistake, and shown by a small program", async () => {
    const { tryPrograms } = await build("mistaken", noTurnBetweenSettlements);
    const failing = tryPrograms({ programs: PROGRAMS, crashes: CRASHES, seed: SEED });
    await expect(failing).rejects.toThrow(
      // Either may see it first, whichever program is the smallest.
      /seed: 1,[^]*: (?:code sees the same world each time|replay makes the same calls in the same order)/,
    );
  });
});
