import { parseArgs } from "node:util";
import { buildSession } from "./build.ts";
import { Coverage } from "./coverage.ts";
import { KNOWN } from "./known.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "100" },
    from: { type: "string", default: "1" },
    // Plays the product's code as it is, with the defects that are known.
    "as-is": { type: "boolean", default: false },
    verbose: { type: "boolean", default: false },
  },
});
const print = (text: string) => void process.stdout.write(`${text}\n`);

const patches = values["as-is"] ? [] : KNOWN;
const session = await buildSession("sim", patches);
const coverage = new Coverage();
const from = Number(values.from);
const failed: number[] = [];
for (let seed = from; seed < from + Number(values.seeds); seed += 1) {
  const play = await session.playSeed(seed, (one) => coverage.add(one));
  if (values.verbose) print(`${seed}: ${play.violation?.oracle ?? "fine"}`);
  if (!play.violation) continue;
  failed.push(seed);
  print(`seed ${seed} fails: ${play.violation.oracle}: ${play.violation.what}; making it smaller`);
  const small = await session.shrink(play.scenario, play.violation.oracle);
  print(session.report(await session.playAndJudge(small)));
}
print(coverage.print());
for (const { name } of patches) print(`patched: ${name}`);
print(failed.length === 0 ? "every seed is fine" : `seeds that fail: ${failed.join(", ")}`);
process.exitCode = failed.length === 0 ? 0 : 1;
