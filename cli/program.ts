import { createRequire } from "node:module";
import { Command, InvalidArgumentError, Option } from "commander";
import { UsageError } from "./cli-error.ts";
import type { DevOptions } from "./commands/dev.ts";
import type { ResearchOptions } from "./commands/research.ts";
import type { ListOptions } from "./commands/runs-list.ts";
import type { ShowOptions } from "./commands/runs-show.ts";
import type { SmokeOptions } from "./commands/smoke.ts";
import type { StartOptions } from "./commands/start.ts";
import { addComplete, addControl, addSend, type Cli } from "./control-commands.ts";
import { durationMs, durationText } from "./duration-option.ts";
import type { Host } from "./host.ts";
import type { OutcomeOptions } from "./outcome.ts";
import { parseModel } from "./research-input.ts";
import { addRunFilter, attribute } from "./run-filter-options.ts";
import type { GlobalOptions } from "./session.ts";

/**
 * The command line: what commands there are, and what each takes. A command's module is loaded when
 * it is called.
 * @param done gets the exit code of the command
 */
export function createProgram(host: Host, done: (exitCode: number) => void): Command {
  const program = new Command("savepoint")
    .description("Durable workflows and agents on Lambda, DynamoDB and SQS")
    .version(version())
    .option(
      "--directory <dir>",
      "folder of the embedded stack (SAVEPOINT_DIRECTORY; .savepoint of the project)",
    )
    .option(
      "--endpoint <url>",
      "use the API at this URL (SAVEPOINT_ENDPOINT; token: SAVEPOINT_TOKEN)",
    )
    .option(
      "--iam",
      "sign requests with the AWS keys of the environment (by default for hosts of API Gateway)",
    )
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      writeErr: (text) => host.stderr.write(text),
    })
    .exitOverride();
  const cli: Cli = { host, done };
  addResearch(program, cli);
  addInit(program, cli);
  addDev(program, cli);
  addStart(program, cli);
  addSend(program, cli);
  addComplete(program, cli);
  addSmoke(program, cli);
  const runs = program.command("runs").description("look at runs and control them");
  addList(runs, cli);
  addShow(runs, cli);
  addHistory(runs, cli);
  addWatch(runs, cli);
  addControl(runs, cli);
  return program;
}

function addResearch(program: Command, { host, done }: Cli): void {
  program
    .command("research")
    .description("research a topic on Hacker News and print a report")
    .argument("[topic...]", 'what to find out (default: "durable execution")')
    .option("--id <id>", "id of the run; given again, joins that run")
    .option("--max-iterations <n>", "most rounds of searching, 1 to 8 (default: 3)", wholeNumber)
    .option(
      "--model <model>",
      "extractive, openai, openai:NAME, openai:SMALL,LARGE; openai-chat for servers with Chat Completions only",
      parsedModel,
    )
    .addOption(new Option("--corpus <corpus>", "where to search").choices(["sample", "live"]))
    .option("--approve", "wait until a person has approved the plan before it is searched for")
    .option(
      "--approve-within <duration>",
      'how long the plan waits, as "2h" (default: 7d); implies --approve',
      durationMs,
    )
    .option(
      "--crash-after <n>",
      "SIGKILL to every worker at work after n recorded steps",
      wholeNumber,
    )
    .option("--detach", "return as soon as the run is started")
    .option("--out <file>", "write the report to a file")
    .option("--json", "print one JSON object: id, status and output")
    .action(async (words: readonly string[], _: unknown, command: Command) => {
      const { research } = await import("./commands/research.ts");
      const options = command.optsWithGlobals<ResearchOptions>();
      const topic = words.length === 0 ? {} : { topic: words.join(" ") };
      done(await research(host, { ...options, ...topic }));
    });
}

function addInit(program: Command, { host, done }: Cli): void {
  program
    .command("init")
    .description("write a workflow, its test and a CDK app into a new or existing project")
    .argument("[folder]", "folder of the project (default: this one)")
    .action(async (folder: string | undefined) => {
      const { init } = await import("./commands/init.ts");
      done(await init(host, folder ?? "."));
    });
}

/** Of the commands that say how a stack is started. */
const ENV_FILE = [
  "--env-file <path>",
  "variables for workflows, when this starts the stack (default: .env of the project)",
] as const;

function addDev(program: Command, { host, done }: Cli): void {
  program
    .command("dev")
    .description("keep the embedded stack up and follow changes of the code, until Ctrl-C")
    .argument("[file]", "module with the workflows (default: savepoint.config.ts, else research)")
    .option("--stop", "end the stack that runs")
    .option("--port <n>", "port of the API (default: that of the last start)", portNumber)
    .option(
      "--public-tokens",
      "let anybody on this machine complete a callback token that they have",
    )
    .option(...ENV_FILE)
    .action(async (file: string | undefined, _: unknown, command: Command) => {
      const { dev } = await import("./commands/dev.ts");
      done(await dev(host, file, command.optsWithGlobals<DevOptions>()));
    });
}

function addStart(program: Command, { host, done }: Cli): void {
  program
    .command("start")
    .description("start a run of a workflow")
    .argument("<workflow>", "name of the workflow")
    .option("--input <json>", "its input: JSON, @FILE, or - for standard input")
    .option("--id <id>", "id of the run; given again with the same input, joins that run")
    .option(
      "--timeout <duration>",
      'cancel it if it has not finished after this, as "90s" or "1.5h"',
      durationText,
    )
    .option("--attribute <name=value>", "find it by this; may be given several times", attribute)
    .option(...ENV_FILE)
    .option("--json", "print the reply as JSON")
    .action(async (workflow: string, _: unknown, command: Command) => {
      const { start } = await import("./commands/start.ts");
      done(await start(host, workflow, command.optsWithGlobals<StartOptions>()));
    });
}

function addSmoke(program: Command, { host, done }: Cli): void {
  program
    .command("smoke")
    .description("try out a deployment: start, wait, event, cancel")
    .option("--within <seconds>", "how long each part may take (default: 120)", wholeNumber)
    .action(async (_: unknown, command: Command) => {
      const { smoke } = await import("./commands/smoke.ts");
      done(await smoke(host, command.optsWithGlobals<SmokeOptions>()));
    });
}

function addList(runs: Command, { host, done }: Cli): void {
  addRunFilter(runs.command("list"))
    .description("list runs, newest first")
    .option("--limit <n>", "runs a page, 1 to 200 (default: 50)", pageLimit)
    .option("--cursor <cursor>", "the next page: what the one before ended with")
    .option("--json", "print the page as JSON")
    .action(async (_: unknown, command: Command) => {
      const { listRuns } = await import("./commands/runs-list.ts");
      done(await listRuns(host, command.optsWithGlobals<ListOptions>()));
    });
}

function addShow(runs: Command, { host, done }: Cli): void {
  runs
    .command("show")
    .description("show a run and what it has recorded")
    .argument("<id>", "id of the run")
    .option("--json", "print run and operations as JSON")
    .action(async (id: string, _: unknown, command: Command) => {
      const { showRun } = await import("./commands/runs-show.ts");
      done(await showRun(host, id, command.optsWithGlobals<ShowOptions>()));
    });
}

function addHistory(runs: Command, { host, done }: Cli): void {
  runs
    .command("history")
    .description("print everything that a run has recorded as JSON, to be kept and replayed")
    .argument("<id>", "id of the run")
    .action(async (id: string, _: unknown, command: Command) => {
      const { printHistory } = await import("./commands/runs-history.ts");
      done(await printHistory(host, id, command.optsWithGlobals<GlobalOptions>()));
    });
}

function addWatch(runs: Command, { host, done }: Cli): void {
  runs
    .command("watch")
    .description("show how a run goes on until it ends, and what came of it")
    .argument("<id>", "id of the run")
    .option("--out <file>", "write the report to a file")
    .option("--json", "print one JSON object: id, status and output")
    .action(async (id: string, _: unknown, command: Command) => {
      const { watchRun } = await import("./commands/runs-watch.ts");
      done(await watchRun(host, id, command.optsWithGlobals<GlobalOptions & OutcomeOptions>()));
    });
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Give a whole number from 1.");
}

function portNumber(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text) && Number(text) < 65_536) return Number(text);
  throw new InvalidArgumentError("Give a port, from 1 to 65535.");
}

function pageLimit(text: string): number {
  if (/^[1-9]\d{0,2}$/.test(text) && Number(text) <= 200) return Number(text);
  throw new InvalidArgumentError("Give a whole number from 1 to 200.");
}

function parsedModel(text: string): ReturnType<typeof parseModel> {
  try {
    return parseModel(text);
  } catch (error) {
    if (error instanceof UsageError) throw new InvalidArgumentError(error.message);
    throw error;
  }
}

const version = (): string =>
  (createRequire(import.meta.url)("../package.json") as { version: string }).version;
