import { isFinished } from "../lambda/core/status.ts";
import { approvalDesk } from "./approval.ts";
import { CliError, Interruption } from "./cli-error.ts";
import { errorLines } from "./error-lines.ts";
import { pause } from "../lambda/http/pause.ts";
import { progressView } from "./progress-view.ts";
import { runLooker, type RunView } from "./run-view.ts";
import type { Session } from "./session.ts";
import type { Run } from "../lambda/http/wire.ts";

/** Shortest and longest pause between two looks, milliseconds: longer while nothing happens. */
const PAUSE_MIN_MS = 100;
const PAUSE_MAX_MS = 500;
const PAUSE_FACTOR = 1.3;

/**
 * Shows how a run goes on until it has finished, and asks whoever is there for what it waits for.
 * @param onLook called after each look, to tell what else happened meanwhile
 * @returns the run as it ended
 * @throws Interruption that says how to go on, CliError when the run is blocked, and what the API's
 * client throws
 */
export async function followRun(
  session: Session,
  id: string,
  onLook: () => Promise<void> = async () => {},
): Promise<Run> {
  const view = progressView(session.host, session.screen);
  const approvals = approvalDesk(session, id);
  try {
    const { run } = await untilFinished(session, id, async (look) => {
      await onLook();
      if (!approvals.isAsking) view.update(look);
      await approvals.look(look);
    });
    return run;
  } catch (error) {
    if (!(error instanceof Interruption)) throw error;
    throw new Interruption(`run ${id} goes on without this command, and resumes after any crash`, {
      hints: waysOn(session, id),
    });
  } finally {
    approvals.close();
    view.end();
  }
}

async function untilFinished(
  { api, host }: Session,
  id: string,
  onLook: (view: RunView) => Promise<void>,
): Promise<RunView> {
  const looker = runLooker(api);
  let pauseMs = PAUSE_MIN_MS;
  let last = "";
  for (;;) {
    const view = await looker.look(id);
    await onLook(view);
    const { status, error } = view.run;
    if (isFinished(status)) return view;
    if (status === "blocked") throw blocked(id, error);
    const now = JSON.stringify(view);
    pauseMs = now === last ? Math.min(pauseMs * PAUSE_FACTOR, PAUSE_MAX_MS) : PAUSE_MIN_MS;
    last = now;
    await pause(host.clock, pauseMs, host.interrupted);
  }
}

const blocked = (id: string, error: unknown): CliError =>
  new CliError(
    `run ${id} is blocked: its code no longer matches what it has recorded; deploy code that does, and it goes on`,
    { hints: errorLines(error) },
  );

/** How to see a run again that is left alone, and how to end it. */
export const waysOn = ({ commandLine, stack }: Session, id: string): string[] => [
  `watch it:         ${commandLine("runs", "watch", id)}`,
  `cancel it:        ${commandLine("runs", "cancel", id)}`,
  ...(stack
    ? [`stop everything:  ${commandLine("dev", "--stop")}  (it goes on at the next start)`]
    : []),
];
