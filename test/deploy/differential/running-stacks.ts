import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { type MiniStack, startMiniStack } from "../../../localstack/emulators/ministack.ts";
import { freePort } from "../tried-deployment.ts";
import { embeddedStack, emulatedStack } from "./stacks.ts";
import type { Stacks } from "./play.ts";

/** Both stacks while the tests of a file run. */
export interface Running {
  readonly stacks: () => Stacks;
  /** Both with an empty table each. */
  readonly emptied: () => Promise<Stacks>;
  /** A name for the items or the queue of a play, which no two share. */
  readonly newName: () => string;
}

/** Starts both before the tests of the file that calls it, and ends them after. */
export function runningStacks(): Running {
  const directory = mkdtempSync(join(tmpdir(), "savepoint-differential-"));
  let ministack: MiniStack;
  let stacks: Stacks;
  let names = 0;
  const emptied = async () => ({
    embedded: await embeddedStack(),
    emulator: await emulatedStack(ministack.endpoint),
  });
  beforeAll(async () => {
    ministack = await startMiniStack({ directory, port: await freePort() });
    stacks = await emptied();
  });
  afterAll(async () => {
    await ministack.stop();
    rmSync(directory, { recursive: true });
  });
  return { stacks: () => stacks, emptied, newName: () => `play${++names}` };
}
