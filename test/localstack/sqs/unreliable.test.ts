import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Fault } from "../../../localstack/embedded/faults.ts";
import {
  type DeliveryPlan,
  unreliableDelivery,
} from "../../../localstack/embedded/sqs/delivery-plan.ts";
import { seededRandom } from "../../../lambda/testing/seeded-ids.ts";
import { openWorld, type World } from "./world.ts";

const all = { MaxNumberOfMessages: 10, VisibilityTimeout: 600 };
const bodies = async (world: World, url: string) =>
  (await world.receive(url, all)).map(({ Body }) => Body);
const plan = (copies: readonly number[], next = 0): DeliveryPlan => ({
  copies: () => copies,
  next: (visible) => Math.min(next, visible - 1),
});

const failing = (kind: "throttle" | "lost-reply") =>
  openWorld({
    faults: {
      before: ({ action }): Fault | undefined => (action === "SendMessage" ? { kind } : undefined),
    },
  });

describe("deliveries", () => {
  test("a duplicated message comes twice under one id, and each copy is deleted by itself", async () => {
    const world = openWorld({ delivery: plan([0, 0]) });
    const url = await world.create();
    await world.send(url, "x");
    const received = await world.receive(url, all);
    expect(new Set(received.map(({ MessageId }) => MessageId)).size).toBe(1);
    expect(new Set(received.map(({ ReceiptHandle }) => ReceiptHandle)).size).toBe(2);
  });

  test("a lost message is acknowledged and never comes", async () => {
    const world = openWorld({ delivery: plan([]) });
    const url = await world.create();
    await world.send(url, "x");
    world.advance(60_000);
    expect(await bodies(world, url)).toEqual([]);
  });

  test("a late message comes after its delay and its lateness", async () => {
    const world = openWorld({ delivery: plan([500]) });
    const url = await world.create();
    await world.send(url, "x", 1);
    world.advance(1499);
    expect(await bodies(world, url)).toEqual([]);
    world.advance(1);
    expect(await bodies(world, url)).toEqual(["x"]);
  });

  test("messages come out of their order", async () => {
    const world = openWorld({ delivery: plan([0], 1) });
    const url = await world.create();
    for (const body of ["a", "b", "c"]) await world.send(url, body);
    expect(await bodies(world, url)).toEqual(["b", "c", "a"]);
  });

  test("whatever the odds but loss, every message comes at least once", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 30 }), async (seed, count) => {
        const odds = { duplicate: 0.3, late: 0.3, lateByMs: 900, reordered: 0.5 };
        const delivery = unreliableDelivery(seededRandom(seed), odds);
        const world = openWorld({ delivery });
        const url = await world.create();
        const sent = Array.from({ length: count }, (_, n) => `message ${n}`);
        for (const body of sent) await world.send(url, body);
        world.advance(1000);
        const received: (string | undefined)[] = [];
        for (let batch = await bodies(world, url); batch.length > 0;) {
          received.push(...batch);
          batch = await bodies(world, url);
        }
        expect(new Set(received)).toEqual(new Set(sent));
      }),
      { numRuns: 30 },
    );
  });
});

describe("calls", () => {
  test("a throttled send has no effect and says that it was throttled", async () => {
    const world = failing("throttle");
    const url = await world.create();
    await expect(world.send(url, "x")).rejects.toMatchObject({ name: "RequestThrottled" });
    expect(await bodies(world, url)).toEqual([]);
  });

  test("a send whose reply is lost has its effect", async () => {
    const world = failing("lost-reply");
    const url = await world.create();
    await expect(world.send(url, "x")).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(await bodies(world, url)).toEqual(["x"]);
  });
});
