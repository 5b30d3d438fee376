/**
 * `npm run bench -- [--quick] [--check] [--only <figure>]`: what the engine costs, each figure beside
 * a floor of the same run. docs/performance.md says what is measured and how.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { measureBudget } from "./figures/budget.ts";
import { measureBundle } from "./figures/bundle.ts";
import { measureChildren } from "./figures/children.ts";
import { measureColdStart } from "./figures/cold-start.ts";
import { measureCrash } from "./figures/crash.ts";
import { measureLongRun } from "./figures/long.ts";
import { measureMemory } from "./figures/memory.ts";
import { measureMessages } from "./figures/messages.ts";
import { measureShortRuns, measureThroughput } from "./figures/runs.ts";
import { measureColdResume, measureFirstResult } from "./figures/starts.ts";
import { measureSteps } from "./figures/steps.ts";
import { type Figure, missesOf, tableOf } from "./report.ts";
import { openSession, type Session, type Setting } from "./session.ts";

type Measure = (setting: Setting) => Promise<Figure>;

/** Measures on a warm stack of its own. */
const onWarmStack =
  (name: string, measure: (session: Session, setting: Setting) => Promise<Figure>): Measure =>
  async (setting) => {
    const directory = join(setting.directory, name);
    mkdirSync(directory);
    const session = await openSession(directory, setting.emptyServer);
    try {
      return await measure(session, setting);
    } finally {
      await session.stack.stop();
    }
  };

const FIGURES: Readonly<Record<string, Measure>> = {
  steps: onWarmStack("steps", (session, { isQuick }) => measureSteps(session, isQuick ? 2 : 8)),
  run: onWarmStack("run", (session, { isQuick }) => measureShortRuns(session, isQuick ? 100 : 200)),
  throughput: onWarmStack("throughput", (session, { isQuick }) =>
    measureThroughput(session, isQuick ? 3 : 8),
  ),
  children: onWarmStack("children", (session, { isQuick }) =>
    measureChildren(session, isQuick ? 200 : 1_000),
  ),
  messages: onWarmStack("messages", (session, { isQuick }) =>
    measureMessages(session, isQuick ? 20 : 100),
  ),
  memory: onWarmStack("memory", (session, { isQuick }) =>
    measureMemory(session, isQuick ? 600 : 2_000),
  ),
  long: onWarmStack("long", (session, { isQuick }) =>
    measureLongRun(session, isQuick ? 2_000 : 10_000),
  ),
  cold: ({ directory, isQuick }) => measureColdStart(directory, isQuick ? 15 : 40),
  resume: (setting) => measureColdResume(setting, setting.isQuick ? 1 : 5),
  first: (setting) => measureFirstResult(setting, setting.isQuick ? 1 : 5),
  crash: (setting) => measureCrash(setting, setting.isQuick ? 1 : 5),
  budget: onWarmStack("budget", (session) => measureBudget(session)),
  bundle: ({ directory }) => measureBundle(directory),
};

async function withEmptyServer<T>(work: (url: string) => Promise<T>): Promise<T> {
  const server = fork(fileURLToPath(new URL("empty-server.ts", import.meta.url)), {
    execArgv: ["--import", import.meta.resolve("tsx")],
  });
  try {
    const [url] = (await once(server, "message")) as [string];
    return await work(url);
  } finally {
    server.disconnect();
  }
}

async function run(names: readonly string[], isQuick: boolean): Promise<Figure[]> {
  const directory = mkdtempSync(join(tmpdir(), "savepoint-bench-"));
  const figures: Figure[] = [];
  try {
    await withEmptyServer(async (emptyServer) => {
      for (const name of names) {
        const figure = await FIGURES[name]?.({ directory, emptyServer, isQuick });
        if (!figure)
          throw new Error(`there is no figure "${name}", only ${Object.keys(FIGURES).join(", ")}`);
        figures.push(figure);
        console.log(`${tableOf(figure)}\n`);
      }
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  return figures;
}

// The SDK would announce the end of its support for this Node in every process.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    check: { type: "boolean", default: false },
    only: { type: "string", multiple: true },
  },
});
const load = loadavg().map((one) => one.toFixed(1));
console.log(
  `Node ${process.version}, ${cpus().length} cores, load ${load.join(" ")} at the start\n`,
);
const misses = missesOf(await run(values.only ?? Object.keys(FIGURES), values.quick));
console.log(misses === 0 ? "All targets are met." : `${misses} targets are missed.`);
if (values.check && misses > 0) process.exitCode = 1;
