import { decideAttempt, nameAndMessage } from "../../core/attempt.ts";
import { encodeValue } from "../../core/codec.ts";
import { encodeError } from "../../core/encode-error.ts";
import {
  InvalidArgumentError,
  StepInterruptedError,
  StepTimeoutError,
  StepTooLongError,
} from "../../core/errors.ts";
import { logWith } from "../../core/log.ts";
import { idempotencyKey } from "../../core/keys.ts";
import { LIMITS } from "../../core/limits.ts";
import { parseDuration } from "../../core/duration.ts";
import { type RetryOptions, type RetryPolicy, retryPolicy } from "../../core/retry-policy.ts";
import type { AttemptError, OperationRecord } from "../../store/operation.ts";
import { type Execution, never } from "../execution.ts";
import type { Behaviour, Operation, Undo } from "../operation.ts";
import { mayStartBody } from "../pending.ts";
import { settle, writeRecord } from "../recording.ts";
import { tellFailure } from "../tell-failure.ts";
import { traceAttempt } from "../telemetry.ts";
import { orAborted } from "../user-code.ts";
import { waitFor } from "../wait-for.ts";
import { askRetryIf } from "./retry-if.ts";
import type { StepBody, StepContext, StepOptions } from "./step-options.ts";

type AttemptOutcome =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "error"; readonly error: unknown }
  | { readonly kind: "deadline" }
  | { readonly kind: "over" };

/** The behaviour of `ctx.step`. Throws InvalidArgumentError for options that make no sense. */
export function step(options: StepOptions<never>, body: StepBody<unknown>): Behaviour {
  const { atMostOnce = false } = options;
  if (atMostOnce && options.retry) {
    throw new InvalidArgumentError("a step with atMostOnce is never retried; leave retry out");
  }
  const policy = retryPolicy(atMostOnce ? ONCE : options.retry);
  const timeoutMs = options.timeout === undefined ? undefined : parseDuration(options.timeout);
  if (timeoutMs === 0) {
    throw new InvalidArgumentError("a step's timeout is 0; give it time, or leave the option out");
  }
  const retryIf = options.retry?.retryIf;
  return {
    undo: options.rollback as Undo | undefined,
    async live(operation, execution) {
      for (;;) {
        const { record } = operation;
        if (record?.state === "running")
          return settleFailed(operation, execution, interrupted(operation));
        if (record?.state === "backoff" && record.nextAttemptAt !== undefined) {
          if (record.nextAttemptAt > execution.deps.clock.now()) {
            await waitFor(execution, operation, { wakeAt: record.nextAttemptAt });
          }
        }
        const bodyMs = timeoutMs ?? execution.longestBodyMs * 1.5;
        if (!mayStartBody(execution, bodyMs)) await waitFor(execution, operation, { bodyMs });
        const isRollback = operation.kind === "rollback";
        if (atMostOnce || (isRollback && !record)) {
          await (isRollback ? markBegun : markRunning)(operation, execution);
          // Its process may have stood still meanwhile: what is another's by now must not begin here.
          if (!execution.lease.allowsWork) await waitFor(execution, operation, { bodyMs });
        }
        // Its branch may have lost a race while it was being marked.
        if (execution.isDropped(operation)) return never();
        const startedAt = execution.deps.clock.now();
        const outcome = await attempt(operation, execution, body, { timeoutMs, policy });
        switch (outcome.kind) {
          case "over":
            return never();
          case "deadline":
            if (atMostOnce) return settleFailed(operation, execution, interrupted(operation));
            if (await recordDeadline(operation, execution, startedAt)) return;
            break;
          case "value":
            if (await succeed(operation, execution, outcome.value, startedAt)) return;
            break;
          case "error":
            if (await fail(operation, execution, outcome.error, startedAt, policy, retryIf)) return;
            break;
        }
      }
    },
  };
}

const ONCE: RetryOptions = { attempts: 1 };

const attemptNumber = ({ record }: Operation): number =>
  record?.state === "running" ? record.attempt : (record?.attempt ?? 0) + 1;

/** Row 7: says that the body may have been entered, before it is. */
const markRunning = (operation: Operation, execution: Execution): Promise<void> =>
  writeRecord(
    execution,
    operation,
    { state: "running", attempt: attemptNumber(operation) },
    "mark",
  );

/** Row 8: says that a rollback may have taken effect: a run that is ended in it begins before its step when resumed. */
const markBegun = (operation: Operation, execution: Execution): Promise<void> =>
  writeRecord(execution, operation, { state: "pending" }, "begin");

/** What a step settles with whose body was entered, and of whose end nobody knows. */
const interrupted = ({ key }: Operation) =>
  new StepInterruptedError(
    `step "${key}" was under way when its worker died or its invocation ended; whether it took effect is unknown, and it is not run again`,
  );

/** @param cause what the last attempt failed with, when that is not what the step settles with */
async function settleFailed(
  operation: Operation,
  execution: Execution,
  error: unknown,
  change: Partial<OperationRecord> = {},
  cause = error,
): Promise<void> {
  const attempt = attemptNumber(operation);
  await settle(execution, operation, { error: encodeError(error) }, change);
  tellFailure(execution, operation, { attempt, error: cause });
}

/** Runs the body once. What it does after it was abandoned is discarded. */
async function attempt(
  operation: Operation,
  execution: Execution,
  body: StepBody<unknown>,
  { timeoutMs, policy }: { readonly timeoutMs: number | undefined; readonly policy: RetryPolicy },
): Promise<AttemptOutcome> {
  const { deps, meta, log, bodies, history } = execution;
  const number = attemptNumber(operation);
  const controller = new AbortController();
  const cancelTimeout =
    timeoutMs === undefined
      ? undefined
      : deps.clock.after(timeoutMs, () => controller.abort(timedOut(operation.key, timeoutMs)));
  bodies.add(controller);
  operation.body = controller;
  const startedAt = deps.clock.monotonic();
  try {
    const where = { run: meta.id, execution, step: operation.key };
    const context: StepContext = {
      key: operation.key,
      attempt: number,
      attempts: policy.attempts,
      signal: controller.signal,
      // A hash, made for the few bodies that ask.
      get idempotencyKey() {
        return idempotencyKey(meta, operation.key, history.timesUndone(operation.key));
      },
      log: logWith(log, { step: operation.key, attempt: number }),
    };
    const call = () => deps.where.run(where, async () => body(context));
    const traced = { meta, key: operation.key, attempt: number };
    const value = await orAborted(traceAttempt(deps.telemetry, traced, call), controller.signal);
    return { kind: "value", value };
  } catch (error) {
    const reason: unknown = controller.signal.aborted ? controller.signal.reason : undefined;
    if (reason === "deadline") return { kind: "deadline" };
    if (reason !== undefined && typeof reason === "string") return { kind: "over" };
    return { kind: "error", error: reason ?? error };
  } finally {
    cancelTimeout?.();
    bodies.delete(controller);
    const took = deps.clock.monotonic() - startedAt;
    execution.longestBodyMs = Math.max(execution.longestBodyMs, took);
  }
}

const timedOut = (key: string, ms: number): StepTimeoutError =>
  new StepTimeoutError(`step "${key}" took longer than its timeout of ${ms} ms`);

/** Records the result; a value that cannot be recorded is the step's error. True when settled. */
async function succeed(
  operation: Operation,
  execution: Execution,
  value: unknown,
  startedAt: number,
): Promise<boolean> {
  const first = operation.record?.startedAt ?? startedAt;
  const change = { attempt: attemptNumber(operation), startedAt: first };
  let result: ReturnType<typeof encodeValue>;
  try {
    result = encodeValue(value, { what: `result of step "${operation.key}"` });
  } catch (error) {
    await settleFailed(operation, execution, error, change);
    return true;
  }
  await settle(execution, operation, { result }, change);
  return true;
}

/** Records a failed attempt: settled when it was the last, else with the time of the next one. */
async function fail(
  operation: Operation,
  execution: Execution,
  error: unknown,
  startedAt: number,
  policy: RetryPolicy,
  retryIf: RetryOptions["retryIf"],
): Promise<boolean> {
  const { clock, ids } = execution.deps;
  const { record } = operation;
  const number = attemptNumber(operation);
  const earlier = record?.attemptErrors ?? [];
  const asked = await askRetryIf(execution, error, policy, retryIf);
  if (!asked) return recordDeadline(operation, execution, startedAt);
  const decision =
    "failWith" in asked
      ? asked
      : decideAttempt(
          {
            step: operation.key,
            error,
            attempt: number,
            earlier,
            isRetryable: asked.isRetryable,
            now: clock.now(),
            chance: ids.random(),
          },
          policy,
        );
  const entry: AttemptError = { attempt: number, ...nameAndMessage(error), at: clock.now() };
  const change = {
    attempt: number,
    startedAt: record?.startedAt ?? startedAt,
    attemptErrors: [...earlier, entry].slice(-LIMITS.attemptErrorsKept),
    failures: (record?.failures ?? 0) + 1,
    deadlineAborts: 0,
    // Its process has lived to see it fail.
    kills: 0,
  };
  if ("failWith" in decision) {
    const cause = "failWith" in asked ? asked.failWith : error;
    await settleFailed(operation, execution, decision.failWith, change, cause);
    return true;
  }
  await writeRecord(
    execution,
    operation,
    { ...change, state: "backoff", nextAttemptAt: decision.retryAt },
    "attempt",
  );
  execution.progress += 1;
  tellFailure(execution, operation, { attempt: number, error, retryAt: decision.retryAt });
  return false;
}

/** The invocation ended first: no failed attempt, but three in a row mean that it never fits. */
async function recordDeadline(
  operation: Operation,
  execution: Execution,
  startedAt: number,
): Promise<boolean> {
  const deadlineAborts = (operation.record?.deadlineAborts ?? 0) + 1;
  const first = operation.record?.startedAt ?? startedAt;
  if (deadlineAborts < LIMITS.deadlineAbortsMax) {
    const nextAttemptAt = execution.deps.clock.now();
    const change = { startedAt: first, deadlineAborts, nextAttemptAt };
    await writeRecord(execution, operation, { ...change, state: "backoff" }, "settle");
    return false;
  }
  const { invocation } = execution;
  const error = new StepTooLongError(
    `step "${operation.key}" did not end within an invocation ${deadlineAborts} times in a row (about ${invocation.deadlineAt - invocation.startedAt} ms each); split it, or give the function a longer timeout`,
  );
  await settleFailed(operation, execution, error, { startedAt: first, deadlineAborts });
  return true;
}
