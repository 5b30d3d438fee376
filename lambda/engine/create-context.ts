import type { EpochMs } from "../core/clock.ts";
import { derivedRandom, derivedUuid } from "../core/derived.ts";
import { type Duration, parseDuration } from "../core/duration.ts";
import { InvalidArgumentError } from "../core/errors.ts";
import { assertName, assertRunId } from "../core/keys.ts";
import { assertOptions } from "../core/known-options.ts";
import { isPossibleRunId } from "../core/run-id.ts";
import type { Log } from "../core/log.ts";
import { runTimeoutMs } from "../core/run-timeout.ts";
import { assertSchema } from "../core/schema-validation.ts";
import type { RecordedToken } from "../core/token.ts";
import { assertContext } from "./assert-context.ts";
import { deliveredCancel } from "./cancelled.ts";
import { askContinueAsNew } from "./continue.ts";
import type { Context, Token } from "./context.ts";
import { assertEvent, type Event } from "./event.ts";
import { type Execution, never } from "./execution.ts";
import * as names from "./option-names.ts";
import { mapBranches, parallelBranches, type Parent } from "./ops/branches.ts";
import { type ChildOptions, runChild, startChild } from "./ops/child.ts";
import { patched } from "./ops/patch.ts";
import { raceBranches } from "./ops/race.ts";
import { sleep } from "./ops/sleep.ts";
import { sendToRun } from "./ops/send.ts";
import { step } from "./ops/step.ts";
import type { StepBody, StepOptions } from "./ops/step-options.ts";
import { drawToken, tokenFrom } from "./ops/token.ts";
import { waitForMessage } from "./ops/wait.ts";
import type { Scope } from "./scope.ts";
import { assertWorkflow, type Schema, type Workflow } from "./workflow.ts";

/** Farthest time a Date can hold, milliseconds since the epoch (ECMA-262, "Time Values"). */
const TIME_MAX = 8.64e15;

/** The context of one scope of an execution: the run's own, or a branch's. */
export function createContext(execution: Execution, scope: Scope): Context {
  const { meta } = execution;
  const derivedFrom = (what: string) => {
    // A draw inside a step's body would not be made again on replay.
    assertContext(execution, what);
    return [meta.seed ?? meta.incarnation, meta.round, scope.key(what), execution.now] as const;
  };
  return {
    runId: meta.id,
    attempt: meta.epoch,
    signal: execution.abort.signal,
    log: silentInReplay(execution),
    now: () => execution.now,
    random: () => derivedRandom(...derivedFrom("random")),
    uuid: () => derivedUuid(...derivedFrom("uuid")),
    ...whileAlive(execution, steps(execution, scope)),
    ...whileAlive(execution, messages(execution, scope)),
    ...whileAlive(execution, children(execution, scope)),
    ...whileAlive(execution, branches(execution, scope)),
  };
}

/** Once the execution is over nothing asked of its ctx is answered, and nothing starts. */
function whileAlive<Calls extends object>(execution: Execution, calls: Calls): Calls {
  const guarded = Object.entries(calls).map(([name, call]) => [
    name,
    (...given: unknown[]) =>
      execution.isOver ? never() : (call as (...given: unknown[]) => unknown)(...given),
  ]);
  return Object.fromEntries(guarded) as Calls;
}

function steps(execution: Execution, scope: Scope): Pick<Context, "step" | "sleep" | "sleepUntil"> {
  return {
    step: async <T>(name: string, ...rest: [StepBody<T>] | [StepOptions<never>, StepBody<T>]) => {
      const [options = {}, body] = rest.length === 1 ? [{}, rest[0]] : rest;
      if (typeof body !== "function") {
        throw new InvalidArgumentError(
          `step "${name}" has no body; pass a function as the last argument`,
        );
      }
      assertOptions(`step "${name}"`, options, names.STEP_OPTIONS);
      return execution.ask<T>(scope, "step", name, step(options, body));
    },
    sleep: async (name, duration: Duration) => {
      const ms = parseDuration(duration);
      return execution.ask<void>(
        scope,
        "sleep",
        name,
        sleep((now) => now + ms),
      );
    },
    sleepUntil: async (name, time: Date | EpochMs) => {
      const wakeAt = Math.ceil(Number(time));
      if (!(Math.abs(wakeAt) <= TIME_MAX)) {
        throw new InvalidArgumentError(
          `sleepUntil "${name}" got ${String(time)}; give a valid Date or milliseconds since the epoch`,
        );
      }
      return execution.ask<void>(
        scope,
        "sleep",
        name,
        sleep(() => wakeAt),
      );
    },
  };
}

function messages(execution: Execution, scope: Scope): Pick<Context, "waitFor" | "token" | "send"> {
  const waitFor = async (
    event: Event,
    options: { readonly timeout?: Duration } = {},
  ): Promise<unknown> => {
    assertEvent("waitFor", event);
    const { name, schema } = event;
    assertOptions(`the wait for "${name}"`, options, names.WAIT_OPTIONS);
    const timeoutMs = options.timeout === undefined ? undefined : parseDuration(options.timeout);
    const until = (begunAt: EpochMs) => (timeoutMs === undefined ? undefined : begunAt + timeoutMs);
    const message = { name, schema, what: `message "${name}"` };
    return execution.ask(scope, "wait", name, waitForMessage(message, until));
  };
  const token = async (
    name: string,
    options: { readonly schema?: Schema; readonly timeout?: Duration } = {},
  ): Promise<Token<unknown>> => {
    assertOptions(`token "${name}"`, options, names.TOKEN_OPTIONS);
    const { schema, timeout } = options;
    assertSchema(`token "${name}"`, schema);
    const behaviour = drawToken(timeout === undefined ? undefined : parseDuration(timeout));
    const recorded = await execution.ask<RecordedToken>(scope, "token", name, behaviour);
    return tokenFrom(execution, scope, recorded, schema);
  };
  return {
    // One implementation behind overloads, which the language cannot relate to each other.
    waitFor,
    token: token as Context["token"],
    send: async (runId, event, value) => {
      assertEvent("send", event);
      assertName("event", event.name);
      if (!isPossibleRunId(runId)) {
        throw new InvalidArgumentError(
          `${JSON.stringify(runId)} is not a run id; give the id of the run that "${event.name}" is sent to`,
        );
      }
      const behaviour = sendToRun(runId, event, value);
      return execution.ask<void>(scope, "send", event.name, behaviour);
    },
  };
}

function children(execution: Execution, scope: Scope): Pick<Context, "run" | "start"> {
  return {
    run: async <Given, Output>(
      workflow: Workflow<Given, Output>,
      input: NoInfer<Given>,
      options: ChildOptions = {},
    ) => {
      const behaviour = runChild(childOf(execution, workflow, input, options));
      return execution.ask<Output>(scope, "run", options.key ?? workflow.name, behaviour);
    },
    start: async <Given>(
      workflow: Workflow<Given>,
      input: NoInfer<Given>,
      options: ChildOptions = {},
    ) => {
      const behaviour = startChild(childOf(execution, workflow, input, options));
      return execution.ask<{ readonly id: string }>(
        scope,
        "start",
        options.key ?? workflow.name,
        behaviour,
      );
    },
  };
}

function branches(
  execution: Execution,
  scope: Scope,
): Pick<Context, "map" | "parallel" | "race" | "patched" | "continueAsNew"> {
  const parent = (key: string): Parent => ({
    key,
    branch: (label) => createContext(execution, scope.branch(key, label)),
    isOver: () => execution.isOver,
    cancelled: () => deliveredCancel(execution),
  });
  const map = async (name: string, items: readonly unknown[], ...rest: unknown[]) => {
    assertContext(execution, name);
    return mapBranches(parent(scope.key(name)), items, rest);
  };
  return {
    // One implementation behind three overloads, which the language cannot relate to each other.
    map: map as Context["map"],
    parallel: async (name, named, options = {}) => {
      assertContext(execution, name);
      assertOptions(`parallel "${name}"`, options, names.BRANCH_OPTIONS);
      return parallelBranches(parent(scope.key(name)), named, options);
    },
    race: async (name, named) => {
      assertContext(execution, name);
      if (execution.closed.has(scope.path)) return never();
      const request = scope.request("race", name);
      const branch = (label: string) => createContext(execution, scope.branch(request.key, label));
      return raceBranches(execution, { request, branch }, named);
    },
    continueAsNew: async (input) =>
      execution.closed.has(scope.path) ? never() : askContinueAsNew(execution, input),
    patched: async (id) => {
      assertContext(execution, "patched");
      assertName("patch", id);
      return execution.closed.has(scope.path) ? never() : patched(execution, id);
    },
  };
}

function childOf<Given>(
  { meta }: Execution,
  workflow: Workflow<Given>,
  input: unknown,
  options: ChildOptions,
) {
  assertWorkflow("a child run", workflow);
  assertOptions(`the run of workflow "${workflow.name}"`, options, names.CHILD_OPTIONS);
  const { id, timeout } = options;
  if (id !== undefined) assertRunId(id);
  if (id === meta.id) {
    throw new InvalidArgumentError(`run "${id}" cannot wait for itself; give the child another id`);
  }
  const timeoutMs = timeout === undefined ? undefined : runTimeoutMs(timeout);
  return { workflow: workflow as Workflow, input, id, timeoutMs };
}

function silentInReplay(execution: Execution): Log {
  const say =
    (level: keyof Log): Log["info"] =>
    (message, fields) => {
      if (execution.isLive && !execution.isOver) execution.log[level](message, fields);
    };
  return { debug: say("debug"), info: say("info"), warn: say("warn"), error: say("error") };
}
