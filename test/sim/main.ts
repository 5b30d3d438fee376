import { generateScenario, printScenario } from "./scenario.ts";
import { Play } from "./play.ts";
import { judgeEnd } from "./end-oracle.ts";

const from = Number(process.argv[2] ?? 1);
const seeds = Number(process.argv[3] ?? 10);
const t0 = performance.now();
for (let seed = from; seed < from + seeds; seed += 1) {
  const scenario = generateScenario(seed);
  const t = performance.now();
  const play = await Play.of(scenario);
  const t1 = performance.now();
  await judgeEnd(play);
  const t2 = performance.now();
  process.stdout.write(
    `${seed}: ${play.journal.length} calls, ${(t1 - t).toFixed()}+${(t2 - t1).toFixed()} ms, ${JSON.stringify(play.faults.hits.map((h) => h.kind + "@" + h.row))} ${play.violation ? JSON.stringify(play.violation) : "ok"}\n`,
  );
  if (play.violation && seeds === 1) {
    process.stdout.write(printScenario(scenario) + "\n");
    for (const { atMs, call, row } of play.journal.slice(-Number(process.argv[4] ?? 60))) {
      process.stdout.write(
        `${atMs} ${call.process} ${row} ${call.response.status} ${(call.body.match(/"[ps]k":\{"S":"[^"]*"\}|MessageBody.*/g) ?? []).join(" ").slice(0, 150)}\n`,
      );
    }
  }
}
process.stdout.write(`${((performance.now() - t0) / seeds).toFixed(0)} ms per seed\n`);
