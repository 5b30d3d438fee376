import { parseArgs } from "node:util";
import { OPTIONS, print, tell, wholeNumber, withJobs } from "./command.ts";
import { Coverage } from "./coverage.ts";
import { KNOWN } from "./known.ts";

const { values } = parseArgs({
  options: {
    ...OPTIONS,
    seeds: { type: "string", default: "100" },
    // Plays the product's code as it is, with the defects that are known.
    "as-is": { type: "boolean", default: false },
  },
});
/** Seeds after which it is told how things stand, where nobody is watching. */
const TOLD_EVERY = 500;
/** Pause between two words on how things stand, where somebody is, milliseconds. */
const TOLD_EVERY_MS = 2_000;

const patches = values["as-is"] ? [] : KNOWN;
const from = wholeNumber("from", values.from);
const seeds = wholeNumber("seeds", values.seeds);
const coverage = new Coverage();
const failed: number[] = [];
const startedAt = Date.now();
let toldAt = startedAt;
let played = 0;

function tellHowItStands(more: number): void {
  const isTold = process.stderr.isTTY
    ? Date.now() - toldAt >= TOLD_EVERY_MS
    : Math.floor(played / TOLD_EVERY) < Math.floor((played + more) / TOLD_EVERY);
  played += more;
  if (!isTold || played === seeds) return;
  toldAt = Date.now();
  const seconds = Math.round((toldAt - startedAt) / 1_000);
  tell(`${played} of ${seeds} seeds, ${failed.length} fail, ${seconds} s`);
}

await withJobs(wholeNumber("jobs", values.jobs), (jobs) =>
  jobs.play(patches, { from, seeds }, ({ covered, failures }, chunk) => {
    coverage.merge(covered);
    for (const { seed, oracle, what, report } of failures) {
      failed.push(seed);
      print(`seed ${seed} fails: ${oracle}: ${what}`);
      print(report);
    }
    tellHowItStands(chunk.seeds);
  }),
);
print(coverage.print());
for (const { name } of patches) print(`patched: ${name}`);
print(failed.length === 0 ? "every seed is fine" : `seeds that fail: ${failed.join(", ")}`);
process.exitCode = failed.length === 0 ? 0 : 1;
