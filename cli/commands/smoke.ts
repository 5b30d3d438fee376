import { SMOKE } from "../../lambda/core/smoke.ts";
import { isFinished } from "../../lambda/core/status.ts";
import type { Run } from "../../lambda/http/wire.ts";
import { SavepointError } from "../../lambda/core/errors.ts";
import { ApiError } from "../../lambda/http/api-error.ts";
import { CliError, EXIT } from "../cli-error.ts";
import type { Host } from "../host.ts";
import { refusalText } from "../refusal.ts";
import { type GlobalOptions, openSession, type Session } from "../session.ts";

/** Options of `savepoint smoke`. */
export interface SmokeOptions extends GlobalOptions {
  /** How long each part may take, seconds (default 120: two sweeps, should a hint be lost). */
  readonly within?: number;
}

const WITHIN_SECONDS = 120;
/** Longest wait of one request, seconds. */
const WAIT_SECONDS = 20;

/**
 * `savepoint smoke`: tries out a deployment through its API, as callers do: starts a run, starts it again,
 * sends it an event, waits for its end; starts another, cancels it, waits. Deletes both, whatever went wrong.
 * @throws CliError that names the part that went wrong, and what the API's client throws
 */
export async function smoke(host: Host, options: SmokeOptions): Promise<number> {
  const session = await openSession(host, options);
  const [first, second] = [newId(host), newId(host)];
  const begun = new Set<string>();
  const withinMs = (options.within ?? WITHIN_SECONDS) * 1_000;
  try {
    await tryOut(session, { first, second, begun, withinMs });
  } catch (error) {
    for (const id of begun) await endAndDelete(session, id);
    throw error;
  }
  return EXIT.ok;
}

/** The runs of one trial. */
interface Trial {
  readonly first: string;
  readonly second: string;
  /** Those that may be there. */
  readonly begun: Set<string>;
  /** How long each part may take, milliseconds. */
  readonly withinMs: number;
}

async function tryOut(session: Session, { first, second, begun, withinMs }: Trial): Promise<void> {
  const { api } = session;
  const part = partsOf(session.host);
  const input = null;

  await part("start", async () => {
    const { isNew } = await begin(session, first, begun);
    must(isNew, `the run ${first} was there before`);
  });
  await part("start again", async () => {
    const { isNew } = await api.start(SMOKE.workflow, { id: first, input });
    must(!isNew, "the same id has started a second run");
  });
  await part("event", () => api.send(first, SMOKE.event, { value: { said: first }, key: first }));
  await part("wait", async () => {
    const run = await untilFinished(session, first, withinMs);
    must(run.status === "succeeded", `the run is ${run.status} after ${withinMs / 1_000} s`);
    const expected = JSON.stringify({ begun: true, said: { said: first } });
    must(JSON.stringify(run.output) === expected, `its output is ${JSON.stringify(run.output)}`);
  });
  await part("cancel", async () => {
    await begin(session, second, begun);
    await api.control(second, "cancel", { reason: "savepoint smoke" });
    const run = await untilFinished(session, second, withinMs);
    must(run.status === "cancelled", `the run is ${run.status} after ${withinMs / 1_000} s`);
  });
  await part("delete", async () => {
    for (const id of [first, second]) {
      await api.delete(id, { children: false });
      begun.delete(id);
    }
  });
}

/** Starts a run. One that the API has refused is not there; any other failure may have left one. */
async function begin({ api }: Session, id: string, begun: Set<string>) {
  begun.add(id);
  try {
    return await api.start(SMOKE.workflow, { id, input: null });
  } catch (error) {
    if (error instanceof ApiError && error.status < 500) begun.delete(id);
    throw error;
  }
}

/** After a part went wrong, which is what the command ends with: a run that stays is only told of. */
async function endAndDelete({ api, screen }: Session, id: string): Promise<void> {
  try {
    if (!(await api.findRun(id))) return;
    await api.control(id, "terminate", { reason: "savepoint smoke" });
    await api.delete(id, { children: false });
  } catch (error) {
    if (!(error instanceof SavepointError)) throw error;
    screen.say(`the run ${id} may be left: ${refusalText(error)}`);
  }
}

const newId = (host: Host): string => `smoke-${host.ids.ulid(host.clock.now())}`;

/** Does one part and tells how long it took, or that it went wrong. */
const partsOf =
  ({ clock, stdout }: Host) =>
  async (name: string, perform: () => Promise<void>): Promise<void> => {
    const from = clock.monotonic();
    try {
      await perform();
    } catch (error) {
      stdout.write(`failed  ${name}\n`);
      throw error;
    }
    stdout.write(`ok      ${name.padEnd(12)} ${Math.round(clock.monotonic() - from)} ms\n`);
  };

async function untilFinished({ api, host }: Session, id: string, withinMs: number): Promise<Run> {
  const deadline = host.clock.monotonic() + withinMs;
  for (;;) {
    const left = Math.ceil((deadline - host.clock.monotonic()) / 1_000);
    const run = await api.run(id, { seconds: Math.min(WAIT_SECONDS, Math.max(left, 0)) });
    if (isFinished(run.status) || left <= 0) return run;
  }
}

function must(isRight: boolean, wrong: string): void {
  if (!isRight) throw new CliError(`the deployment does not work: ${wrong}`);
}
