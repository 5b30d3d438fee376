import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Settlements } from "../../lambda/engine/settlements.ts";

const settlement = (key: string) => ({
  key,
  at: 0,
  isNew: true,
  outcome: { ok: true, value: key } as const,
});

describe("settlements", () => {
  it("come in the order in which outcomes became known, whatever write is acknowledged first", () => {
    fc.assert(
      fc.property(
        fc
          .integer({ min: 1, max: 20 })
          .chain((n) => fc.shuffledSubarray([...Array(n).keys()], { minLength: n })),
        (acknowledged) => {
          const settlements = new Settlements();
          const places = acknowledged.map(() => settlements.reserve("key"));
          const taken: string[] = [];
          for (const index of acknowledged) {
            settlements.fill(places[index] as number, settlement(String(index)));
            for (let next = settlements.take(); next; next = settlements.take())
              taken.push(next.key);
          }
          expect(taken).toEqual(acknowledged.map((_, index) => String(index)));
          expect(settlements.isOpen).toBe(false);
        },
      ),
    );
  });

  it("wait for an earlier one that is still being written", () => {
    const settlements = new Settlements();
    const first = settlements.reserve("key");
    const second = settlements.reserve("key");
    settlements.fill(second, settlement("second"));
    expect(settlements.take()).toBeUndefined();
    expect(settlements.isOpen).toBe(true);
    settlements.fill(first, settlement("first"));
    expect(settlements.take()?.key).toBe("first");
  });
});
