import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { type MiniStack, startMiniStack } from "../../../localstack/emulators/ministack.ts";
import { freePort } from "../tried-deployment.ts";
import { embeddedStack, emulatedStack } from "./stacks.ts";
import type { Stacks } from "./play.ts";

/** Both stacks while the tests of a file run, and names that no two plays on them share. */
export interface Running {
  readonly stacks: () => Stacks;
  /** A name for a play's items or queue. */
  readonly newName: () => string;
}

/** Starts both before the tests of the file that calls it, and ends them after. */
export function runningStacks(): Running {
  const directory = mkdtempSync(join(tmpdir(), "savepoint-differential-"));
  let ministack: MiniStack;
  let stacks: Stacks;
  let names = 0;
  beforeAll(async () => {
    ministack = await startMiniStack({ directory, port: await freePort() });
    stacks = {
      embedded: await embeddedStack(),
      emulator: await emulatedStack(ministack.endpoint),
    };
  });
  afterAll(async () => {
    await ministack.stop();
    rmSync(directory, { recursive: true });
  });
  return { stacks: () => stacks, newName: () => `play${++names}` };
}
