import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { seededRandom } from "../../lambda/testing/seeded-ids.ts";
import { ItemWriter, verifyIndex } from "./item-writer.ts";
import { MessageTraffic } from "./message-traffic.ts";
import { type Services, startServices } from "./services-process.ts";

const KILLS = 15;
const WRITERS = 8;
/** Acknowledgements before a kill: at least, and at most so many more. */
const ACKNOWLEDGED = { least: 100, more: 900 };

let dir: string;
let services: Services | undefined;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "savepoint-journal-"));
});
afterEach(async () => {
  await services?.kill();
  rmSync(dir, { recursive: true });
});

/**
 * Does the work again and again until the process is killed. Throws what fails before that.
 * @returns how often it was acknowledged
 */
async function load(
  running: Services,
  works: readonly (() => Promise<void>)[],
  killAfter: number,
): Promise<number> {
  let acknowledged = 0;
  let death: Promise<void> | undefined;
  await Promise.all(
    works.map(async (work) => {
      while (!death) {
        try {
          await work();
          acknowledged += 1;
        } catch (error) {
          if (!death) throw error;
        }
        if (acknowledged >= killAfter) death ??= running.kill();
      }
    }),
  );
  await death;
  return acknowledged;
}

it.each([1, 2])(
  `no acknowledged write is lost in ${KILLS} kills under load, and indexes agree (seed %i)`,
  async (seed) => {
    const random = seededRandom(seed);
    const writers = Array.from(
      { length: WRITERS },
      (_, index) => new ItemWriter(String(index), seededRandom(seed * 100 + index)),
    );
    const traffic = new MessageTraffic();
    const verify = async (running: Services): Promise<void> => {
      const items = await Promise.all(writers.map((writer) => writer.verify(running.dynamodb)));
      await verifyIndex(running.dynamodb, items.flat());
      await traffic.verify(running);
    };
    let acknowledged = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const running = await startServices(dir);
      services = running;
      await verify(running);
      const works = [
        ...writers.map((writer) => () => writer.write(running.dynamodb)),
        () => traffic.send(running),
        () => traffic.send(running),
        () => traffic.consume(running),
      ];
      const { least, more } = ACKNOWLEDGED;
      acknowledged += await load(running, works, least + Math.floor(random() * more));
    }
    services = await startServices(dir);
    await verify(services);
    expect(acknowledged).toBeGreaterThanOrEqual(KILLS * ACKNOWLEDGED.least);
  },
);
