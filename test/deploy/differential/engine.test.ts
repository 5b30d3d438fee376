import * as fc from "fast-check";
import { expect, test } from "vitest";
import { DYNAMODB_CALLS } from "../../../localstack/embedded/dynamodb/dynamodb.ts";
import { playSeed } from "../../sim/session.ts";
import { SEARCH_TIMEOUT_MS, searched } from "../../support/fuzz.ts";
import { ENGINE_DIFFERENCES } from "./dynamodb-differences.ts";
import { playRequests } from "./dynamodb-play.ts";
import { firstDifference } from "./play.ts";
import { runningStacks } from "./running-stacks.ts";

const { emptied, newName } = runningStacks();
const CALLS: ReadonlySet<string> = new Set(DYNAMODB_CALLS);

/** What was asked of the table in the simulation of a seed, in the order in which it was performed. */
async function requestsOf(seed: number) {
  const { world } = await playSeed(seed);
  return world.outcomes.filter(
    ({ service, action }) => service === "dynamodb" && CALLS.has(action),
  );
}

test(
  "what the engine asks of its table in a simulated deployment is answered alike",
  async () => {
    const seed = fc.noShrink(fc.integer({ min: 1, max: 1_000_000 }));
    await fc.assert(
      fc.asyncProperty(seed, async (drawn) => {
        const requests = await requestsOf(drawn);
        expect(requests.length).toBeGreaterThan(10);
        const turns = playRequests(await emptied(), requests, newName());
        expect(await firstDifference(turns, ENGINE_DIFFERENCES)).toBeUndefined();
      }),
      searched(4),
    );
  },
  SEARCH_TIMEOUT_MS,
);
