import * as z from "zod";
import { modelChoice } from "../../lambda/agent/input.ts";
import { isFinished } from "../../lambda/core/status.ts";
import { EXIT, UsageError } from "../cli-error.ts";
import { followRun, waysOn } from "../follow-run.ts";
import type { Host } from "../host.ts";
import { checkOut, type OutcomeOptions, printOutcome } from "../outcome.ts";
import { plainJson } from "../plain-text.ts";
import {
  announcement,
  defaultChoices,
  researchId,
  researchInput,
  type ResearchChoices,
} from "../research-input.ts";
import { endpointOf, type GlobalOptions, openResearchSession, type Session } from "../session.ts";
import { logLineText, logTail } from "../stack-log.ts";
import { stackFiles } from "../stack-process.ts";
import type { Run } from "../../lambda/http/wire.ts";

/** Options of `savepoint research`. */
export interface ResearchOptions extends GlobalOptions, OutcomeOptions, ResearchChoices {
  /** Id of the run. Default: a fresh one that tells the topic. */
  readonly id?: string;
  /** Kill the worker process after so many recorded steps. */
  readonly crashAfter?: number;
  /** Return as soon as the run is started. */
  readonly detach?: boolean;
}

const WORKFLOW = "research";

/**
 * `savepoint research [topic]`: starts a research run or joins the one of that id, shows how it goes
 * on, prints its report.
 * @returns the exit code
 * @throws CliError
 */
export async function research(host: Host, options: ResearchOptions): Promise<number> {
  const endpoint = endpointOf(options, host);
  if (endpoint && options.crashAfter !== undefined) {
    throw new UsageError(
      `--crash-after is for the embedded stack only; leave it out beside ${endpoint.by}`,
    );
  }
  await checkOut(host, options);
  const session = await openResearchSession(host, options);
  const { screen, api } = session;
  const there = options.id === undefined ? undefined : await api.findRun(options.id);
  const input = researchInput(options, defaultsFor(session, there));
  if (!there) checkModel(session, input);
  const id = options.id ?? researchId(String(input["topic"]), host.ids);
  screen.say(announcement(input));
  const tellCrashes = await armCrash(session, options, there);
  // One that was started without defaults has another input than is shown of it, and would refuse that.
  const isJoined = there?.workflow === WORKFLOW && !isChosen(options);
  const started = isJoined
    ? { ...there, isNew: false }
    : await startOrDisarm(session, id, input, options);
  screen.say(`run ${id}${started.isNew ? "" : `, ${started.status}: joined`}`);
  if (options.detach === true) {
    host.stdout.write(
      options.json === true ? `${plainJson({ id, status: started.status })}\n` : `${id}\n`,
    );
    for (const way of waysOn(session, id)) screen.say(way);
    return EXIT.ok;
  }
  const ended = await followRun(session, id, tellCrashes);
  // What the run had too few steps for must not hit the next one.
  await disarmCrash(session, options);
  return printOutcome(session, ended, options);
}

/** Whether anything of the input is chosen on the command line. */
const isChosen = ({
  topic,
  maxIterations,
  model,
  corpus,
  approve,
  approveWithin,
}: ResearchChoices): boolean =>
  [topic, maxIterations, model, corpus, approve, approveWithin].some((one) => one !== undefined);

const record = z.record(z.string(), z.unknown());

/** What counts where nothing was chosen: the input of the run that is there, if it is one of research. */
function defaultsFor({ host, stack }: Session, there: Run | undefined): Record<string, unknown> {
  const isResearch = there?.workflow === WORKFLOW;
  return isResearch
    ? record.parse(there.input)
    : { ...defaultChoices(stack === undefined, host.env) };
}

/** A run of a stack that has no way to its model would fail at its first step that needs one. */
function checkModel(
  { stack, host: { env }, commandLine }: Session,
  { model }: Readonly<Record<string, unknown>>,
): void {
  if (!stack || modelChoice.parse(model).kind !== "openai") return;
  if (stack().info.openai ?? Boolean(env["OPENAI_API_KEY"] || env["OPENAI_BASE_URL"])) return;
  throw new UsageError(
    "the embedded stack was started without OPENAI_API_KEY and OPENAI_BASE_URL, so no run of it can use --model openai",
    { hints: [`end it with ${commandLine("dev", "--stop")}, set one of them, and try again`] },
  );
}

async function startOrDisarm(
  session: Session,
  id: string,
  input: unknown,
  options: ResearchOptions,
): ReturnType<Session["api"]["start"]> {
  try {
    return await session.api.start(WORKFLOW, { id, input });
  } catch (error) {
    // A start that is refused changes nothing, and so leaves no crash for the runs of others.
    await disarmCrash(session, options);
    throw error;
  }
}

async function disarmCrash({ stack }: Session, { crashAfter }: ResearchOptions): Promise<void> {
  if (crashAfter !== undefined) await stack?.().control.crashAfter(0);
}

/** Has the worker killed when that was asked for. Returns what tells about it, look by look. */
async function armCrash(
  { directory, stack, screen }: Session,
  { crashAfter }: ResearchOptions,
  there: Run | undefined,
): Promise<() => Promise<void>> {
  if (crashAfter === undefined || !stack) return async () => {};
  if (there && isFinished(there.status)) {
    screen.say(`run ${there.id} has ended already: no step is left to crash after`);
    return async () => {};
  }
  const { log } = stackFiles(directory);
  const tail = await logTail(log);
  await stack().control.crashAfter(crashAfter);
  screen.say(
    `every worker process at work gets SIGKILL after ${crashAfter} recorded steps; log: ${log}`,
  );
  return async () => {
    const killings = (await tail.read()).filter((line) => line.includes("SIGKILL sent"));
    for (const line of killings) screen.say(logLineText(line));
  };
}
