import { describe, expect, test } from "vitest";
import {
  isFinished,
  isLegalTransition,
  RUN_STATUSES,
  type RunStatus,
} from "../../lambda/core/status.ts";

/** Every legal change, with the row of the protocol that makes it. */
const LEGAL: readonly (readonly [RunStatus, RunStatus, string])[] = [
  ["queued", "running", "claim"],
  ["queued", "paused", "pause"],
  ["queued", "cancelled", "terminate"],
  ["running", "waiting", "park, hand over"],
  ["running", "succeeded", "finish"],
  ["running", "failed", "finish"],
  ["running", "cancelled", "finish, terminate"],
  ["running", "blocked", "block"],
  ["running", "paused", "release"],
  ["waiting", "running", "claim"],
  ["waiting", "paused", "pause"],
  ["waiting", "cancelled", "terminate"],
  ["blocked", "running", "claim by other code"],
  ["blocked", "queued", "resume"],
  ["blocked", "cancelled", "cancel"],
  ["paused", "queued", "resume, cancel"],
  ["paused", "cancelled", "terminate"],
  ["failed", "queued", "resume"],
  ["cancelled", "queued", "resume"],
];

const pairs = RUN_STATUSES.flatMap((from) => RUN_STATUSES.map((to) => [from, to] as const));
const isListed = (from: RunStatus, to: RunStatus) =>
  LEGAL.some(([one, other]) => one === from && other === to);

test.each(LEGAL)("%s may become %s: %s", (from, to) => {
  expect(isLegalTransition(from, to)).toBe(true);
});

describe("illegal changes", () => {
  test.each(pairs.filter(([from, to]) => from !== to && !isListed(from, to)))(
    "%s may not become %s",
    (from, to) => {
      expect(isLegalTransition(from, to)).toBe(false);
    },
  );
});

test.each(RUN_STATUSES)("a write may leave %s as it is", (status) => {
  expect(isLegalTransition(status, status)).toBe(true);
});

test("a finished run never runs again except by being resumed from failed or cancelled", () => {
  expect(RUN_STATUSES.filter(isFinished)).toEqual(["succeeded", "failed", "cancelled"]);
  const ways = pairs.filter(
    ([from, to]) => isFinished(from) && from !== to && isLegalTransition(from, to),
  );
  expect(ways).toEqual([
    ["failed", "queued"],
    ["cancelled", "queued"],
  ]);
});
