import fc from "fast-check";
import { expect, it } from "vitest";
import {
  outdatedVersions,
  type VersionAlias,
  VERSIONS_KEPT,
} from "../../lambda/functions/outdated-versions.ts";

const upTo = (newest: number) => Array.from({ length: newest }, (_, n) => String(n + 1));
const live = (FunctionVersion: string): VersionAlias => ({ FunctionVersion });

it("all but the newest five may go, the oldest first", () => {
  expect(outdatedVersions(["$LATEST", ...upTo(12)], [live("12")])).toEqual(upTo(7));
});

it("the newest are those with the highest numbers, in whatever order they are told", () => {
  expect(
    outdatedVersions(["9", "10", "8", "101", "$LATEST", "11", "7", "100"], [live("101")]),
  ).toEqual(["7", "8"]);
});

it("none may go while there are no more than five", () => {
  expect(outdatedVersions(["$LATEST", ...upTo(5)], [])).toEqual([]);
  expect(outdatedVersions(["$LATEST"], [])).toEqual([]);
});

it("one that an alias calls stays, however old, and costs none of the five its place", () => {
  expect(outdatedVersions(upTo(9), [live("2")])).toEqual(["1", "3", "4"]);
});

it("one that an alias sends a part of its calls to stays, too", () => {
  const RoutingConfig = { AdditionalVersionWeights: { "3": 0.1 } };
  expect(outdatedVersions(upTo(9), [{ ...live("9"), RoutingConfig }, live("1")])).toEqual([
    "2",
    "4",
  ]);
});

it("what may go is never called, never the function itself, and leaves the newest five", () => {
  const version = fc.integer({ min: 1, max: 60 }).map(String);
  fc.assert(
    fc.property(fc.uniqueArray(version), fc.array(version), (versions, called) => {
      const outdated = outdatedVersions(["$LATEST", ...versions], called.map(live));
      const left = versions.filter((one) => !outdated.includes(one));
      expect(outdated.filter((one) => called.includes(one) || one === "$LATEST")).toEqual([]);
      expect(left.length).toBeGreaterThanOrEqual(Math.min(versions.length, VERSIONS_KEPT));
      const newest = Math.max(0, ...outdated.map(Number));
      const newerLeft = left.filter((one) => Number(one) > newest);
      expect(outdated.length === 0 || newerLeft.length >= VERSIONS_KEPT).toBe(true);
      // One that could go and is left would be neither called nor among the newest five.
      const keptFor = left.filter((one) => !called.includes(one)).length;
      expect(keptFor).toBeLessThanOrEqual(VERSIONS_KEPT);
    }),
  );
});
