import { isDeepStrictEqual } from "node:util";
import { decodeValue } from "../core/codec.ts";
import { InvalidArgumentError, NonDeterminismError } from "../core/errors.ts";
import { NoProgressError, NotDurableError } from "../core/errors.ts";
import { encodedFrom, type RecordedHistory } from "../core/recorded-history.ts";
import { isFinished } from "../core/status.ts";
import { noLongerAsked } from "../engine/drive.ts";
import { describe } from "../engine/history.ts";
import { unaskedOf } from "../engine/release.ts";
import type { Workflow } from "../engine/workflow.ts";
import { isRefusal } from "../store/retry.ts";
import { parseHistory } from "./parse-history.ts";
import { rehearse, type Rehearsed } from "./rehearse.ts";
import { shown } from "./shown.ts";

/** What a replay has gone through. */
export interface Replayed {
  /** Operations that are recorded, all of which the code has asked for. */
  readonly operations: number;
  /** Whether the code has come to its end; false when it goes on after what is recorded. */
  readonly isEnded: boolean;
}

/**
 * Replays a recorded history against the present code of its workflow: the function is called, and is
 * given what is recorded, as after a crash. No body of a step is run and nothing is written.
 *
 * A run that had not finished is replayed as far as its history goes; one that was terminated, or failed
 * by the engine, up to where it was then.
 * @param workflow the present code
 * @param history what `savepoint runs history` has printed, parsed, or what `RunHandle.export` gives
 * @throws NonDeterminismError, with place, expected and got, when the code does not ask for what is
 * recorded, or does not end as it is recorded
 * @throws InvalidArgumentError when it is no history, or one of another workflow
 */
export async function replay(workflow: Workflow, history: unknown): Promise<Replayed> {
  const recorded = parseHistory(history);
  const { run } = recorded;
  if (workflow.name !== run.workflow) {
    throw new InvalidArgumentError(
      `run "${run.id}" is of workflow "${run.workflow}", but is to be replayed by "${workflow.name}"; give the present code of "${run.workflow}"`,
    );
  }
  const end = recordedEnd(recorded);
  const rehearsed = await rehearse(workflow, recorded, end !== undefined);
  const { execution, mismatch } = rehearsed;
  if (mismatch !== undefined) throw mismatch;
  const unasked = unaskedOf(execution);
  if (unasked) throw noLongerAsked(unasked);
  if (end) assertSameEnd(rehearsed, end, run.id);
  return { operations: recorded.operations.length, isEnded: rehearsed.end !== undefined };
}

/** How a run's code came to its end. */
interface End {
  readonly status: string;
  readonly value: unknown;
  readonly failedOperation: string | undefined;
}

/** The recorded end; undefined when there is none, or none that the code has come to. */
function recordedEnd({ run, operations }: RecordedHistory): End | undefined {
  const { status, failedOperation } = run;
  const stored = run.output ?? run.error;
  const value = stored && decodeValue(encodedFrom(stored));
  if (!isFinished(status)) return undefined;
  const isDelivered = operations.some(({ kind }) => kind === "cancel");
  const isByEngine =
    status === "cancelled"
      ? !isDelivered
      : value instanceof NoProgressError || value instanceof NotDurableError || isRefusal(value);
  return isByEngine ? undefined : { status, value, failedOperation };
}

function assertSameEnd({ end, execution }: Rehearsed, recorded: End, id: string): void {
  // One that was terminated while it cleaned up has come to no end of its own.
  if (recorded.status === "cancelled" && (!end || end.status === "cancelled")) return;
  const asked = [...execution.pending.values()].map(describe).join(", ");
  const got = end ? endText(end) : `asks for ${asked || "nothing, and does not end"}`;
  const isSame =
    end !== undefined &&
    end.status === recorded.status &&
    end.status !== "continued" &&
    end.failedOperation === recorded.failedOperation &&
    isDeepStrictEqual(end.value, recorded.value);
  if (isSame) return;
  const expected = endText(recorded);
  throw new NonDeterminismError(
    `the code no longer ends as the history of run "${id}" does: expected that it ${expected}, got that it ${got}; deploy code that comes to the same end, or record the history anew`,
    { expected, got, where: "its end" },
  );
}

function endText(end: End | { readonly status: "continued" }): string {
  if (end.status === "continued") return "continues as new";
  const { status, value, failedOperation } = end as End;
  if (status === "succeeded") return `succeeds with ${shown(value)}`;
  if (status === "cancelled") return "is cancelled";
  const blamed = failedOperation === undefined ? "" : `, thrown by "${failedOperation}"`;
  return `fails with ${shown(value)}${blamed}`;
}
