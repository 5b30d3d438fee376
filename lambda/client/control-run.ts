import { encodeError } from "../core/encode-error.ts";
import { CancelledError, InvalidArgumentError } from "../core/errors.ts";
import { assertOptions } from "../core/known-options.ts";
import type { RunStatus } from "../core/status.ts";
import type { Event } from "../engine/event.ts";
import type { Meta } from "../store/meta.ts";
import { deleteRun, type DeleteOptions } from "./delete-run.ts";
import type { ClientDependencies } from "./dependencies.ts";
import { hintRun } from "./hint-run.ts";
import { conflict, noRun, readRun } from "./read-run.ts";
import { resumeRun } from "./resume-run.ts";
import { sendEvent, type SendOptions } from "./send-event.ts";

/** Why a run is ended. */
export interface EndOptions {
  /** For those who look at the run: at most 200 characters. */
  readonly reason?: string | undefined;
}

/** What can be done to a run from outside. Every method throws RunNotFoundError. */
export interface RunControl {
  /**
   * Sends an event into the run. It is there for good when this resolves, whatever the run is doing.
   * @throws InvalidArgumentError for a bad name or key, ValidationError for a value that does not fit
   * the event's schema, ValueTooLargeError, ValueNotSerializableError, RunConflictError when the run
   * has finished, MailboxFullError
   */
  send<Given>(
    event: Event<Given, unknown>,
    value: NoInfer<Given>,
    options?: SendOptions,
  ): Promise<void>;
  /**
   * Asks the run to end: what it waits for rejects with CancelledError, and its `finally` blocks run.
   * A blocked run is terminated. Of a run that has finished, or is being cancelled, nothing changes.
   */
  cancel(options?: EndOptions): Promise<void>;
  /**
   * Ends the run at once: its code is not asked, nor its `finally` blocks. A worker that is at work on it hears of
   * that within a third of its lease. Its children are cancelled. Of a run that has finished nothing changes.
   */
  terminate(options?: EndOptions): Promise<void>;
  /**
   * Keeps the run from going on; a step that runs may end first. Events still arrive.
   * @throws RunConflictError when it has finished, is blocked or is being cancelled
   */
  pause(): Promise<void>;
  /**
   * Lets a run go on: a paused one from where it is; one that failed or was cancelled from what ended
   * it, keeping what had completed before; a blocked one with the code that is deployed now. Children
   * that ended with it are resumed first. Of a run that goes on, or has succeeded, nothing changes.
   * @throws RunConflictError when it is being cancelled, has just ended and its children are not told, was
   * terminated under a lease that has not ended yet, or has lost its history, which lasts for 30 days
   */
  resume(): Promise<void>;
  /**
   * Deletes the run and all that it has recorded.
   * @throws RunConflictError when it has not finished, was terminated under a lease that has not ended yet, or a run that waits for it has not taken its
   * outcome yet; with its children, when one of them has not finished: then nothing is deleted
   */
  delete(options?: DeleteOptions): Promise<void>;
}

/** Control of one run; nothing is read until something is asked. */
export const runControl = (deps: ClientDependencies, id: string): RunControl => ({
  send: (event, value, options = {}) => sendEvent(deps, id, event, value, options),
  cancel: async (options = {}) => cancel(deps, id, reasonOf("cancel", options)),
  terminate: async (options = {}) => {
    const reason = reasonOf("terminate", options);
    assertReason(reason);
    await terminate(deps, await readRun(deps, id), { verb: "terminated", reason });
  },
  pause: () => pause(deps, id),
  resume: () => resumeRun(deps, id),
  delete: (options = {}) => deleteRun(deps, id, options),
});

function reasonOf(what: string, options: EndOptions): string | undefined {
  assertOptions(what, options, { reason: true });
  return options.reason;
}

async function cancel(deps: ClientDependencies, id: string, reason = ""): Promise<void> {
  assertReason(reason);
  const { store, clock, ids } = deps;
  const to = await readRun(deps, id);
  const request = { nonce: ids.nonce(), reason, cause: "request" } as const;
  for (;;) {
    const now = clock.now();
    const cancelled = await store.cancelRun({ to, cancel: request, now, tx: ids.nonce() });
    switch (cancelled.outcome) {
      case "gone":
        throw noRun(id);
      case "finished":
        return;
      case "requested":
        if (cancelled.dueAt !== undefined) await hintRun(deps, id, cancelled.dueAt);
        return;
      case "blocked": {
        const end = { verb: "cancelled", reason, from: ["blocked"] } as const;
        // Code that goes with its history may have claimed it meanwhile: that can cancel it.
        if (await terminate(deps, cancelled.meta, end)) return;
      }
    }
  }
}

/** Whether the run is over. */
async function terminate(
  deps: ClientDependencies,
  run: Meta,
  end: {
    readonly verb: "cancelled" | "terminated";
    readonly reason: string | undefined;
    readonly from?: readonly RunStatus[];
  },
): Promise<boolean> {
  const { store, clock, ids } = deps;
  const { verb, reason, from } = end;
  const error = new CancelledError(`run "${run.id}" was ${verb}${reason ? `: ${reason}` : ""}`);
  // Where in the client it was made says nothing about the run.
  delete error.stack;
  const ended = await store.terminateRun({
    run,
    error: encodeError(error),
    now: clock.now(),
    tx: ids.nonce(),
    ...(from && { from }),
  });
  if (ended.outcome === "gone") throw noRun(run.id);
  // Whoever has ended it before may have died before the hint.
  if (ended.outcome !== "left" && ended.meta.owed.length > 0) {
    await hintRun(deps, run.id, undefined);
  }
  return ended.outcome !== "left";
}

async function pause(deps: ClientDependencies, id: string): Promise<void> {
  const run = await readRun(deps, id);
  const paused = await deps.store.pauseRun({ run, tx: deps.ids.nonce() });
  if (paused.outcome === "gone") throw noRun(id);
  if (paused.outcome !== "refused") return;
  const { cancel: request, status } = paused.meta;
  const isEnding =
    request !== undefined && (status === "running" || status === "waiting" || status === "queued");
  throw conflict(
    paused.meta,
    isEnding
      ? "is being cancelled and cannot be paused"
      : `is ${status} and cannot be paused; only a run that is queued, running or waiting can`,
  );
}

/** Longest reason, characters: it is kept in META. */
const REASON_MAX = 200;

/** Throws InvalidArgumentError for a reason that is too long, or no text. */
export function assertReason(reason: unknown): void {
  if (reason === undefined || (typeof reason === "string" && reason.length <= REASON_MAX)) return;
  const given =
    typeof reason === "string" ? `has ${reason.length} characters` : `is of type ${typeof reason}`;
  throw new InvalidArgumentError(`reason ${given}; give a text of at most ${REASON_MAX}`);
}
