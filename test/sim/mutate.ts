import { parseArgs } from "node:util";
import { buildSession } from "./build.ts";
import { KNOWN } from "./known.ts";
import { MUTATIONS } from "./mutations/index.ts";
import type { Patch } from "./patch.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "300" },
    from: { type: "string", default: "1" },
    // Only mutations with this in their name.
    only: { type: "string", default: "" },
    // Prints how each was found.
    explain: { type: "boolean", default: false },
  },
});
const print = (text: string) => void process.stdout.write(`${text}\n`);

/** Plays seeds until one shows the mutation; how many it took, and the oracle. */
async function hunt(mutation: Patch): Promise<string | undefined> {
  const session = await buildSession(mutation.name, [...KNOWN, mutation]);
  const from = Number(values.from);
  for (let seed = from; seed < from + Number(values.seeds); seed += 1) {
    const play = await session.playSeed(seed);
    if (!play.violation) continue;
    if (values.explain) print(session.report(play));
    return `${seed - from + 1} | ${play.violation.oracle}`;
  }
  return undefined;
}

print("| mutation | found after seeds | by the oracle |\n| --- | --- | --- |");
let missed = 0;
for (const mutation of MUTATIONS.filter(({ name }) => name.includes(values.only))) {
  const found = await hunt(mutation);
  if (found === undefined) missed += 1;
  print(`| ${mutation.name} | ${found ?? `not within ${values.seeds} | none`} |`);
}
process.exitCode = missed === 0 ? 0 : 1;
