import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { QueryQueue, queryName, type RoundEnd, stopReason } from "../../lambda/agent/rounds.ts";

const end: RoundEnd = {
  iteration: 1,
  maxIterations: 3,
  newQuotes: 5,
  totalQuotes: 10,
  enough: false,
  pending: 2,
};

describe("a round", () => {
  it.each<[string, Partial<RoundEnd>, string | undefined]>([
    ["goes on while something new comes", {}, undefined],
    ["is the last when it brought nothing new", { newQuotes: 0 }, "nothing-new"],
    ["is the last when the model has enough", { enough: true }, "enough"],
    ["is the last when no query is left", { pending: 0 }, "no-new-queries"],
    ["is the last at the limit", { iteration: 3 }, "max-iterations"],
    [
      "that found nothing at all is followed by alternatives",
      { newQuotes: 0, totalQuotes: 0 },
      undefined,
    ],
    [
      "cannot be enough with nothing found",
      { newQuotes: 0, totalQuotes: 0, enough: true },
      undefined,
    ],
    [
      "without alternatives is the last",
      { newQuotes: 0, totalQuotes: 0, pending: 0 },
      "no-new-queries",
    ],
    [
      "with them, too, at the limit",
      { newQuotes: 0, totalQuotes: 0, iteration: 3 },
      "max-iterations",
    ],
  ])("%s", (_, change, reason) => {
    expect(stopReason({ ...end, ...change })).toBe(reason);
  });
});

describe("the queries of a run", () => {
  const handedOut = (...proposals: string[][]): string[] => {
    const queue = new QueryQueue();
    for (const queries of proposals) queue.propose(queries);
    return [...rounds(queue)].flat();
  };
  function* rounds(queue: QueryQueue): Generator<string[]> {
    while (queue.pending.length > 0) yield queue.next();
  }

  it("are handed out once each, however they are written", () => {
    const again = ["Execution durable", "durable  execution", '"durable execution"', "the retries"];
    expect(handedOut(["durable execution"], again, ["retries"])).toEqual([
      "durable execution",
      "the retries",
    ]);
  });

  it("are all used: those that do not fit a round wait for the next", () => {
    const queue = new QueryQueue();
    queue.propose(Array.from({ length: 8 }, (_, index) => `query${index}`));
    expect(queue.next()).toHaveLength(6);
    expect(queue.pending).toEqual(["query6", "query7"]);
    expect(queue.next()).toEqual(["query6", "query7"]);
  });

  it("hold no operator of the search", () => {
    expect(handedOut(['"a phrase" -minus', " ", "--"])).toEqual(["a phrase minus"]);
  });

  it("never repeat and never get lost", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.constantFrom("a1", "b2", "c3 d4", "d4 c3"))),
        (proposals) => {
          const used = handedOut(...proposals);
          expect(new Set(used).size).toBe(used.length);
          const key = (query: string) => query.split(" ").toSorted().join(" ");
          expect(new Set(used.map(key))).toEqual(new Set(proposals.flat().map(key)));
        },
      ),
    );
  });

  it("give their children readable names that are allowed", () => {
    expect(queryName("Durable execution: C# & retries?")).toBe("durable-execution-c-retries");
    expect(queryName("日本語")).toBe("query");
    fc.assert(
      fc.property(fc.string(), (query) => {
        expect(queryName(query)).toMatch(/^[a-z0-9][a-z0-9.+-]{0,59}$/);
      }),
    );
  });
});
