import { parseArgs } from "node:util";
import { OPTIONS, print, wholeNumber, withJobs } from "./command.ts";
import { KNOWN } from "./known.ts";
import { MUTATIONS } from "./mutations/index.ts";

const { values } = parseArgs({
  options: {
    ...OPTIONS,
    // Seeds after which a mutation counts as not found.
    seeds: { type: "string", default: "300" },
    // Only mutations with this in their name.
    only: { type: "string", default: "" },
    // Prints how each was found.
    explain: { type: "boolean", default: false },
  },
});
const from = wholeNumber("from", values.from);
const seeds = wholeNumber("seeds", values.seeds);
const mutations = MUTATIONS.filter(({ name }) => name.includes(values.only));

print("| mutation | found after seeds | by the oracle |\n| --- | --- | --- |");
let missed = 0;
await withJobs(wholeNumber("jobs", values.jobs), (jobs) =>
  jobs.inOrder(
    mutations,
    (mutation) => jobs.hunt(mutation.name, [...KNOWN, mutation], { from, seeds }),
    ({ failures: [found] }, { name }) => {
      if (!found) missed += 1;
      if (found && values.explain) print(found.report);
      const where = found
        ? `${found.seed - from + 1} | ${found.oracle}`
        : `not within ${seeds} | none`;
      print(`| ${name} | ${where} |`);
    },
  ),
);
process.exitCode = missed === 0 ? 0 : 1;
