import { expect, it } from "vitest";
import { MessageKeeper } from "../../lambda/engine/message-keeper.ts";
import { DEFAULT_SETTINGS } from "../../lambda/engine/settings.ts";
import type { Hints } from "../../lambda/queue/hints.ts";
import { VirtualClock } from "../../lambda/testing/virtual-clock.ts";

const HIDDEN_MS = DEFAULT_SETTINGS.leaseMs + 1_000;

/** A keeper, and the calls it makes: which messages, for how long. */
function newKeeper() {
  const hidden: { readonly receipts: readonly string[]; readonly ms: number }[] = [];
  const note = async (receipts: readonly string[], ms: number) =>
    void hidden.push({ receipts, ms });
  const hints: Hints = {
    send: () => Promise.reject(new Error("a keeper sends no hints")),
    delete: () => Promise.reject(new Error("a keeper deletes no message")),
    hide: (receipt, ms) => note([receipt], ms),
    hideAll: note,
  };
  const clock = new VirtualClock();
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  return {
    hidden,
    clock,
    keeper: new MessageKeeper({ hints, clock, log, settings: DEFAULT_SETTINGS }),
  };
}

it("makes no call for a batch that is done at once", async () => {
  const { keeper, hidden, clock } = newKeeper();
  keeper.keep(["a", "b"]);
  await keeper.drop("a");
  await keeper.drop("b");
  await keeper.stop();
  expect(clock.fireNext()).toBe(false);
  expect(hidden).toEqual([]);
});

it("hides what is still kept after a tenth of a second, and again with each third of a lease", async () => {
  const { keeper, hidden, clock } = newKeeper();
  keeper.keep(["a", "b", "c"]);
  await keeper.drop("b");
  const since = clock.now();
  clock.fireNext();
  expect(clock.now() - since).toBe(100);
  expect(hidden).toEqual([{ receipts: ["a", "c"], ms: HIDDEN_MS }]);
  await keeper.drop("a");
  clock.fireNext();
  expect(clock.now() - since).toBe(100 + DEFAULT_SETTINGS.leaseMs / 3);
  expect(hidden[1]).toEqual({ receipts: ["c"], ms: HIDDEN_MS });
  await keeper.stop();
});

it("hides a message that fails before that, so that it comes back with the lease", async () => {
  const { keeper, hidden } = newKeeper();
  keeper.keep(["a", "b"]);
  await keeper.fail("a");
  expect(hidden).toEqual([{ receipts: ["a"], ms: HIDDEN_MS }]);
  await keeper.stop();
});

it("leaves the visibility of a failed message alone that its caller has set", async () => {
  const { keeper, hidden } = newKeeper();
  keeper.keep(["a"]);
  await keeper.drop("a");
  await keeper.fail("a");
  expect(hidden).toEqual([]);
  await keeper.stop();
});
