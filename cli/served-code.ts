import { relative } from "node:path";
import { ApiError } from "../lambda/http/api-error.ts";
import { RESEARCH_CONFIG } from "../localstack/embedded/research-config.ts";
import { CliError } from "./cli-error.ts";
import { projectConfig } from "./project-config.ts";
import { refusalText } from "./refusal.ts";
import type { Session } from "./session.ts";

/** What a stack serves: the code it was started with, whatever the folder has by now. */
interface Served {
  /** Absolute path of the configuration that the stack serves. */
  readonly config: string;
  /** What that is, in words. */
  readonly what: string;
}

function served({ stack, directory, host: { cwd } }: Session): Served | undefined {
  const { config, started } = stack?.().info ?? {};
  if (config === undefined) return undefined;
  const since = started === undefined ? "" : `, up since ${started},`;
  const code =
    config === RESEARCH_CONFIG
      ? "the research app: no savepoint.config.ts was found when it was started"
      : relative(cwd, config);
  return { config, what: `the stack in ${directory}${since} serves ${code}` };
}

const restart = ({ commandLine }: Session): string =>
  `${commandLine("dev", "--stop")} ends it, and the next command starts it anew with what is there then`;

/** What a person should know whose folder has another configuration than its stack serves; else undefined. */
export function otherCode(session: Session): string | undefined {
  const here = projectConfig(session.host.cwd);
  const there = served(session);
  if (!here || !there || there.config === here) return undefined;
  return `${there.what}; ${restart(session)}`;
}

/** An unknown workflow, with what the embedded stack serves; any other error as it is. */
export function withServedCode(session: Session, error: unknown): unknown {
  const there = served(session);
  if (!there || !(error instanceof ApiError) || error.code !== "workflow_not_found") return error;
  const follows = "while savepoint dev runs it takes changes by itself; otherwise";
  const hints = [there.what, `${follows} ${restart(session)}`];
  return new CliError(refusalText(error), { hints, cause: error });
}
