import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { buildSession } from "./build.ts";
import { Coverage } from "./coverage.ts";
import { Jobs } from "./jobs.ts";
import { KNOWN } from "./known.ts";
import { MUTATIONS } from "./mutations/index.ts";
import { noFence } from "./mutations/no-fence.ts";

const SEEDS = 25;

describe("the simulation", () => {
  it(`finds nothing wrong in ${SEEDS} seeds`, async () => {
    const session = await buildSession("test", KNOWN);
    const coverage = new Coverage();
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const play = await session.playSeed(seed, (one) => coverage.add(one));
      expect(play.violation && session.report(play)).toBeUndefined();
    }
    for (const row of [
      "claim over a lease",
      "takeover mark",
      "park",
      "hand over",
      "child notice",
      "cancel",
      "cancel delivered",
    ]) {
      expect(coverage.missing).not.toContain(row);
    }
  });

  it("plays a seed the same each time", async () => {
    const session = await buildSession("test", KNOWN);
    const calls = async () =>
      (await session.playSeed(7)).journal.map(({ atMs, call, row }) => [atMs, row, call.body]);
    expect(await calls()).toEqual(await calls());
  });

  it("finds a fence left out, and makes the seed that shows it smaller", async () => {
    const session = await buildSession("no fence", [...KNOWN, noFence]);
    let seed = 1;
    let play = await session.playSeed(seed);
    while (!play.violation && seed < 60) play = await session.playSeed((seed += 1));
    const { violation, scenario } = play;
    // Which of them sees it first is the seed's doing.
    expect([
      "every transition is legal",
      "a body is entered by the owner, and never again",
    ]).toContain(violation?.oracle);
    const small = await session.shrink(scenario, violation?.oracle ?? "");
    const size = ({ programs }: typeof scenario) => JSON.stringify(programs).length;
    expect(size(small)).toBeLessThan(size(scenario));
    expect(small.faults.length).toBeLessThanOrEqual(scenario.faults.length);
  });

  it("comes to the same in several processes as in one", async () => {
    const outcome = async (processes: number) => {
      const all: unknown[] = [];
      const jobs = new Jobs(processes, () => undefined);
      const patches = [...KNOWN, noFence];
      await jobs.play(patches, { from: 1, seeds: 3 }, (done, chunk) => all.push(done, chunk));
      return all;
    };
    const inOne = await outcome(1);
    expect(JSON.stringify(inOne)).toMatch(/"failures":\[{"seed":\d+/);
    expect(await outcome(3)).toEqual(inOne);
  });

  it("says which seeds were played when a process ends by itself", async () => {
    const jobs = new Jobs(2, () => undefined);
    const file = "test/sim/play.ts";
    const find = "static async of(scenario: Scenario): Promise<Play> {";
    const dies = { name: "dies", edits: [{ file, find, replace: `${find} process.exit(3);` }] };
    await expect(jobs.play([dies], { from: 1, seeds: 7 }, () => undefined)).rejects.toThrow(
      // Whichever of the two is heard of first.
      /^the process that played seeds (1 to 5|6 to 7) ended by itself: code 3$/,
    );
    await jobs.end();
  });

  it("refuses a patch that no longer fits", async () => {
    const file = "lambda/engine/lease.ts";
    const patch = { name: "stale", edits: [{ file, find: "no such text", replace: "" }] };
    await expect(buildSession("stale", [patch])).rejects.toThrow(/finds its text 0 times/);
  });
});

describe("each patch fits the source as it is", () => {
  it.each([...KNOWN, ...MUTATIONS])("$name", ({ edits }) => {
    for (const { file, find } of edits) {
      expect(readFileSync(file, "utf8").split(find).length, file).toBe(2);
    }
  });
});
