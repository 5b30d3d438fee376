import type { JournalEntry } from "./journal.ts";
import type { Play } from "./play.ts";
import { printScenario } from "./scenario.ts";

/** Calls of the journal that are shown. */
const CALLS_SHOWN = 60;

/**
 * Everything that is needed to understand and repeat a play that went wrong.
 * @param again the command that repeats it, when it is not the simulation's own
 */
export function report(play: Play, again?: string): string {
  const { seed } = play.scenario;
  const shown = play.journal.filter(({ row }) => row !== "look for due runs");
  const traces = [...play.traces].flatMap(([history, traces]) =>
    traces.map(
      ({ epoch, process, events, run }) =>
        `${run} (${history}), epoch ${epoch} in ${process.name}: ${events.join("; ")}`,
    ),
  );
  return [
    `seed ${seed}: ${play.violation?.oracle ?? "nothing is wrong"}`,
    `  ${play.violation?.what ?? ""}`,
    `reproduce: ${again ?? `npm run test:sim -- --from ${seed} --seeds 1`}`,
    "",
    printScenario(play.scenario),
    "",
    ...new Set(
      play.faults.hits.map(({ kind, row, process }) => `${kind} befell ${row} of ${process}`),
    ),
    "",
    ...traces,
    "",
    `the last of ${shown.length} calls:`,
    ...shown.slice(-CALLS_SHOWN).map(printCall),
  ].join("\n");
}

function printCall({ atMs, call, row }: JournalEntry): string {
  const { process, body, response } = call;
  const [, pk = ""] = /"pk":\{"S":"([^"]*)"/.exec(body) ?? [];
  const [, sk = ""] = /"sk":\{"S":"([^"]*)"/.exec(body) ?? [];
  const message = /"MessageBody":"(.*?[^\\])"/.exec(body)?.[1]?.replaceAll("\\", "") ?? "";
  const refused = /"__type":"[^"]*#([^"]*)"/.exec(response.body)?.[1] ?? "";
  const what = message || `${pk} ${sk === "META" ? "" : sk}`;
  return `${String(atMs).padStart(9)} ms ${process.padEnd(10)} ${row.padEnd(18)} ${what} ${refused}`;
}
