import type { ScheduledEvent } from "aws-lambda";
import { expect, test } from "vitest";
import { startTicker, type TickerOptions } from "../../localstack/embedded/ticker.ts";
import { VirtualClock } from "../../lambda/testing/virtual-clock.ts";
import { memoryLog } from "./lambda-host/functions.ts";
import { advance } from "./sqs/world.ts";

const START = Date.UTC(2026, 0, 1, 10, 0, 40);

function ticking(overrides: Partial<TickerOptions> = {}) {
  const clock = new VirtualClock(START);
  const events: ScheduledEvent[] = [];
  const log = memoryLog();
  let expired = 0;
  const stop = startTicker({
    clock,
    log,
    invoke: (name, event) => {
      expect(name).toBe("sweeper");
      events.push(event as ScheduledEvent);
      return Promise.resolve({ ok: true, payload: "null" });
    },
    expire: () => Promise.resolve((expired += 1)),
    newId: () => "event-1",
    everyMinutes: 1,
    atOnce: false,
    ...overrides,
  });
  return { clock, events, log, stop, expired: () => expired };
}

test("the sweeper is invoked on each full minute with EventBridge's event", () => {
  const { clock, events } = ticking();
  advance(clock, 19_999);
  expect(events).toEqual([]);
  advance(clock, 60_001);
  expect(events.map(({ time }) => time)).toEqual(["2026-01-01T10:01:00Z", "2026-01-01T10:02:00Z"]);
  expect(events[0]).toEqual({
    version: "0",
    id: "event-1",
    "detail-type": "Scheduled Event",
    source: "aws.events",
    account: "000000000000",
    time: "2026-01-01T10:01:00Z",
    region: "us-east-1",
    resources: ["arn:aws:events:us-east-1:000000000000:rule/sweep"],
    detail: {},
  });
});

test("a timer that fires a moment early makes one tick, not two or none", () => {
  const { clock, events } = ticking();
  const early = clock.after.bind(clock);
  clock.after = (ms, wake) => early(ms > 1 ? ms - 1 : ms, wake);
  advance(clock, 10 * 60_000);
  expect(events).toHaveLength(10);
});

test("a clock that was paused makes one tick for all it missed", () => {
  const { clock, events } = ticking();
  clock.skip(5 * 60_000);
  advance(clock, 20_000);
  expect(events.map(({ time }) => time)).toEqual(["2026-01-01T10:05:40Z", "2026-01-01T10:06:00Z"]);
});

test("a stack that was down sweeps at once", () => {
  expect(ticking({ atOnce: true }).events).toHaveLength(1);
});

test("expired items are removed each hour, and a failure is logged", async () => {
  const { clock, expired } = ticking();
  advance(clock, 2 * 3_600_000);
  expect(expired()).toBe(2);
  const failing = ticking({ expire: () => Promise.reject(new Error("disk full")) });
  advance(failing.clock, 3_600_000);
  await Promise.resolve();
  expect(failing.log.lines).toMatchObject([{ level: "error" }]);
});

test("once stopped it sets no further timer", () => {
  const { clock, stop } = ticking();
  stop();
  expect(clock.next).toBeUndefined();
});
