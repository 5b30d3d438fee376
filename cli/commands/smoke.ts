import { SMOKE } from "../../lambda/core/smoke.ts";
import { isFinished } from "../../lambda/core/status.ts";
import type { Run } from "../../lambda/http/wire.ts";
import { CliError, EXIT } from "../cli-error.ts";
import type { Host } from "../host.ts";
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
 * sends it an event, waits for its end; starts another, cancels it, waits. Deletes both.
 * @throws CliError that names the part that went wrong, and what the API's client throws
 */
export async function smoke(host: Host, options: SmokeOptions): Promise<number> {
  const session = await openSession(host, options);
  const { api } = session;
  const withinMs = (options.within ?? WITHIN_SECONDS) * 1_000;
  const part = partsOf(host);
  const [first, second] = [newId(host), newId(host)];

  await part("start", async () => {
    const { isNew } = await api.start(SMOKE.workflow, { id: first, input: null });
    must(isNew, `the run ${first} was there before`);
  });
  await part("start again", async () => {
    const { isNew } = await api.start(SMOKE.workflow, { id: first, input: null });
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
    await api.start(SMOKE.workflow, { id: second, input: null });
    await api.control(second, "cancel", { reason: "savepoint smoke" });
    const run = await untilFinished(session, second, withinMs);
    must(run.status === "cancelled", `the run is ${run.status} after ${withinMs / 1_000} s`);
  });
  await part("delete", async () => {
    for (const id of [first, second]) await api.delete(id, { children: false });
  });
  return EXIT.ok;
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
