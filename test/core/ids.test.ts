import { describe, expect, test } from "vitest";
import { systemIds } from "../../lambda/core/ids.ts";

describe("a system's ULID", () => {
  test("tells its time in its first ten characters", () => {
    expect(systemIds.ulid(1)).toMatch(/^0{9}1[0-9A-HJKMNP-TV-Z]{16}$/);
    expect(systemIds.ulid(1_469_918_176_385)).toMatch(/^01ARYZ6S41/);
  });

  test("has each of 32 characters at each of its random places", () => {
    const seen = Array.from({ length: 16 }, () => new Set<string>());
    // The chance that one of 512 is missing is below 1 in 10^11.
    for (let drawn = 0; drawn < 1_000; drawn += 1) {
      const random = systemIds.ulid(1).slice(10);
      for (const [place, characters] of seen.entries()) characters.add(random.charAt(place));
    }
    expect(seen.map(({ size }) => size)).toEqual(Array.from({ length: 16 }, () => 32));
  });
});
