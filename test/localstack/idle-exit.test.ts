import { expect, test } from "vitest";
import { watchIdle } from "../../localstack/embedded/idle-exit.ts";
import { VirtualClock } from "../../lambda/testing/virtual-clock.ts";
import { advance } from "./sqs/world.ts";

function watching(idleMs = 600_000) {
  const clock = new VirtualClock();
  const state = { isBusy: false, idle: 0 };
  const stop = watchIdle(
    clock,
    () => state.isBusy,
    idleMs,
    () => (state.idle += 1),
  );
  return { clock, state, stop };
}

test("what nobody uses is given up once, after the time and at most a tenth more", () => {
  const { clock, state } = watching();
  advance(clock, 599_999);
  expect(state.idle).toBe(0);
  advance(clock, 60_001);
  expect(state.idle).toBe(1);
  expect(clock.next).toBeUndefined();
});

test("use starts the time anew", () => {
  const { clock, state } = watching();
  state.isBusy = true;
  advance(clock, 3_600_000);
  state.isBusy = false;
  advance(clock, 540_000);
  expect(state.idle).toBe(0);
  advance(clock, 60_000);
  expect(state.idle).toBe(1);
});

test("an endless time and a watch that was stopped end nothing", () => {
  const endless = watching(Infinity);
  advance(endless.clock, 1e12);
  const stopped = watching();
  stopped.stop();
  advance(stopped.clock, 1e9);
  expect([endless.state.idle, stopped.state.idle]).toEqual([0, 0]);
});
