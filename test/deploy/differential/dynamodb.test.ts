import * as fc from "fast-check";
import { expect, test } from "vitest";
import { SEARCH_TIMEOUT_MS, searched } from "../../support/fuzz.ts";
import { DIFFERENCES } from "./dynamodb-differences.ts";
import { LEFT_ITEMS, playRequests } from "./dynamodb-play.ts";
import { type Request, validRequest } from "./dynamodb-requests.ts";
import { HOSTILE_DIFFERENCES } from "./hostile-differences.ts";
import { hostileRequest } from "./hostile-dynamodb.ts";
import type { KnownDifference } from "./known-difference.ts";
import { firstDifference } from "./play.ts";
import { runningStacks } from "./running-stacks.ts";

const { stacks, newName } = runningStacks();

/** Plays requests on the real table, then looks at all items and index entries that they have left. */
const difference = (requests: readonly Request[], known: readonly KnownDifference[]) =>
  firstDifference(playRequests(stacks(), [...requests, ...LEFT_ITEMS], newName()), known);

test(
  "requests of the kind that the store makes are answered by DynamoDB's emulators alike, and leave the same items",
  async () => {
    const requests = fc.array(validRequest, { minLength: 1, maxLength: 20, size: "max" });
    await fc.assert(
      fc.asyncProperty(requests, async (all) => {
        expect(await difference(all, DIFFERENCES)).toBeUndefined();
      }),
      searched(100),
    );
  },
  SEARCH_TIMEOUT_MS,
);

test(
  "hostile requests are refused by DynamoDB's emulators alike, and leave the same items",
  async () => {
    const known = [...DIFFERENCES, ...HOSTILE_DIFFERENCES];
    const request = fc.oneof(validRequest, { weight: 4, arbitrary: hostileRequest });
    const requests = fc.array(request, { minLength: 1, maxLength: 8, size: "max" });
    await fc.assert(
      fc.asyncProperty(requests, async (all) => {
        expect(await difference(all, known)).toBeUndefined();
      }),
      searched(120),
    );
  },
  SEARCH_TIMEOUT_MS,
);
