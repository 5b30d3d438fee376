import { describe, expect, it } from "vitest";
import { InvalidArgumentError } from "../../lambda/core/errors.ts";
import { assertOptions } from "../../lambda/core/known-options.ts";

const KNOWN = { timeout: true, atMostOnce: true, id: true } as const;
const refusalOf = (given: unknown): string => {
  try {
    assertOptions('step "pay"', given as object, KNOWN);
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidArgumentError);
    return (error as Error).message;
  }
  return "taken";
};

describe("options", () => {
  it.each([undefined, {}, { timeout: 1 }, { id: undefined, atMostOnce: true }])(
    "that are known are taken: %j",
    (given) => {
      expect(refusalOf(given)).toBe("taken");
    },
  );

  it.each(["timout", "timeOut", "atmostonce", "ID", "retries", "constructor", "toString", "x"])(
    "that there are not are refused with those that there are: %s",
    (given) => {
      expect(refusalOf({ [given]: undefined })).toBe(
        `step "pay" has no option "${given}"; it takes timeout, atMostOnce, id`,
      );
    },
  );

  it.each([
    [3, "3"],
    ["1h", '"1h"'],
    [null, "null"],
    [false, "false"],
    [[1], "an array"],
    [() => 1, "a function"],
  ])("that are no object are refused: %j", (given, shown) => {
    expect(refusalOf(given)).toBe(
      `the options of step "pay" are ${shown}; give an object of timeout, atMostOnce, id`,
    );
  });

  it("of a name without end are refused in a short message", () => {
    expect(refusalOf({ ["n".repeat(1_000_000)]: 1 }).length).toBeLessThan(300);
  });
});
