import { describe, expect, it } from "vitest";
import { decideRefusedClaim, type RefusingRun } from "../../lambda/core/refused-claim.ts";

const NOW = 1_000_000;
const waiting: RefusingRun = {
  status: "waiting",
  owner: undefined,
  ownerMessage: "m1",
  leaseUntil: undefined,
  dueAt: undefined,
  owed: [],
};
const hint = { message: "m2", sentFor: undefined };

describe("a refused claim", () => {
  it("drops a hint for a run that does not exist", () => {
    expect(decideRefusedClaim(undefined, hint, NOW)).toEqual({ action: "drop" });
  });

  it("drops a hint for a finished run that owes nothing", () => {
    expect(decideRefusedClaim({ ...waiting, status: "succeeded" }, hint, NOW).action).toBe("drop");
  });

  it("settles what a finished run owes, whoever was to do it", () => {
    const run: RefusingRun = { ...waiting, status: "failed", owed: ["waiters"] };
    expect(decideRefusedClaim(run, hint, NOW).action).toBe("settle-owed");
  });

  it("makes the owner's own message come back when the lease ends", () => {
    const run: RefusingRun = { ...waiting, status: "running", owner: "o", leaseUntil: NOW + 900 };
    expect(decideRefusedClaim(run, { message: "m1", sentFor: undefined }, NOW)).toEqual({
      action: "come-back",
      delayMs: 900,
    });
  });

  it("drops another message while the run has an owner", () => {
    const run: RefusingRun = { ...waiting, status: "running", owner: "o", leaseUntil: NOW + 900 };
    expect(decideRefusedClaim(run, hint, NOW).action).toBe("drop");
  });

  it.each(["blocked", "paused"] as const)("drops a hint for a %s run", (status) => {
    expect(decideRefusedClaim({ ...waiting, status, dueAt: NOW + 5 }, hint, NOW).action).toBe(
      "drop",
    );
  });

  it("drops a hint for a dormant run", () => {
    expect(decideRefusedClaim(waiting, { message: "m1", sentFor: undefined }, NOW).action).toBe(
      "drop",
    );
  });

  it("sends another hint for the right time when the one sent for it came early", () => {
    const run = { ...waiting, dueAt: NOW + 5_000 };
    expect(decideRefusedClaim(run, { message: "m2", sentFor: NOW + 5_000 }, NOW)).toEqual({
      action: "hint-later",
      delayMs: 5_000,
      sentFor: NOW + 5_000,
    });
  });

  it("sends another hint when the message is the parked owner's, who may have died before its own", () => {
    const run = { ...waiting, dueAt: NOW + 5_000 };
    expect(decideRefusedClaim(run, { message: "m1", sentFor: NOW - 9 }, NOW).action).toBe(
      "hint-later",
    );
  });

  it("drops an early hint sent for another time, so that hints do not renew themselves", () => {
    const run = { ...waiting, dueAt: NOW + 5_000 };
    expect(decideRefusedClaim(run, { message: "m2", sentFor: NOW + 4_000 }, NOW).action).toBe(
      "drop",
    );
  });

  it("leaves to the sweeper what lies beyond the longest delay of a message", () => {
    const run = { ...waiting, dueAt: NOW + 15 * 60_000 + 1 };
    expect(decideRefusedClaim(run, { message: "m1", sentFor: run.dueAt }, NOW).action).toBe("drop");
  });
});
