import type * as z from "zod";
import type { RunHandle } from "../client/run-handle.ts";
import { findRun } from "./find-run.ts";
import { route, routeWithBody, type Route } from "./route.ts";
import * as shape from "./schemas.ts";

const RUN_ID = "Id of the run";
const NO_RUN = { description: "There is no such run" };
const INVALID = { description: "A field is not valid; `details.issues` says which" };
const NOT_JSON = {
  400: { description: "The body is not JSON" },
  415: { description: "The body is not declared as application/json" },
};

/** A route that does something to a run and answers how it stands then. */
const action = <Body>(
  verb: string,
  {
    summary,
    body,
    done,
    conflict,
  }: {
    readonly summary: string;
    readonly body: z.ZodType<Body>;
    readonly done: string;
    /** Why it may be refused; absent when no status forbids it. */
    readonly conflict?: string;
  },
  act: (run: RunHandle, body: Body) => Promise<void>,
): Route =>
  routeWithBody(
    {
      method: "POST",
      path: `/runs/{id}/${verb}`,
      operationId: `${verb}Run`,
      summary,
      id: RUN_ID,
      query: shape.NoQuery,
      body,
      isBodyOptional: true,
      replies: {
        200: { description: done, schema: shape.RunStanding },
        ...NOT_JSON,
        404: NO_RUN,
        ...(conflict !== undefined && { 409: { description: conflict } }),
        422: INVALID,
      },
    },
    async (context, request) => {
      const run = findRun(context, request.id);
      await act(run, request.body);
      return { status: 200, body: { id: run.id, status: await run.status() } };
    },
  );

const cancelRun = action(
  "cancel",
  {
    summary: "Ask a run to end; what it waits for is rejected, and it may clean up",
    body: shape.EndRun,
    done: "It is being cancelled, or has finished",
  },
  (run, { reason }) => run.cancel({ reason }),
);

const terminateRun = action(
  "terminate",
  {
    summary: "End a run at once; its code is not asked",
    body: shape.EndRun,
    done: "It has finished",
  },
  (run, { reason }) => run.terminate({ reason }),
);

const pauseRun = action(
  "pause",
  {
    summary: "Keep a run from going on until it is resumed",
    body: shape.NoFields,
    done: "It is paused, or will be as soon as it can stop",
    conflict: "It has finished, is blocked or is being cancelled",
  },
  (run) => run.pause(),
);

const resumeRun = action(
  "resume",
  {
    summary: "Let a run go on that is paused, blocked, failed or cancelled",
    body: shape.NoFields,
    done: "It goes on, or has succeeded",
    conflict: "It is being cancelled, or what follows from its end is not done yet",
  },
  (run) => run.resume(),
);

const forkRun = routeWithBody(
  {
    method: "POST",
    path: "/runs/{id}/fork",
    operationId: "forkRun",
    summary: "Start a new run from a copy of what a run has recorded",
    id: RUN_ID,
    query: shape.NoQuery,
    body: shape.ForkRun,
    isBodyOptional: true,
    replies: {
      202: { description: "The new run", schema: shape.RunStanding },
      ...NOT_JSON,
      404: NO_RUN,
      409: { description: "The id belongs to another run, or the run was never started" },
      413: { description: "The body is over 4 MB, or the input over 1 MB after compression" },
      422: INVALID,
    },
  },
  async (context, { id, body: { from, id: newId, timeout, ...rest } }) => {
    const options = {
      ...(from !== undefined && { from }),
      ...(newId !== undefined && { id: newId }),
      ...(timeout !== undefined && { timeout }),
      ...(Object.hasOwn(rest, "input") && { input: rest.input }),
    };
    const fork = await findRun(context, id).fork(options);
    const headers = { location: `/runs/${fork.id}` };
    return { status: 202, headers, body: { id: fork.id, status: await fork.status() } };
  },
);

const deleteRun = route(
  {
    method: "DELETE",
    path: "/runs/{id}",
    operationId: "deleteRun",
    summary: "Delete a run that has finished, and all that it has recorded",
    id: RUN_ID,
    query: shape.DeleteQuery,
    replies: {
      200: { description: "It is gone", schema: shape.NamedRun },
      404: NO_RUN,
      422: INVALID,
      409: { description: "It or a child has not finished, or another run depends on it" },
    },
  },
  async (context, { id, query }) => {
    await findRun(context, id).delete({ children: query.children === "true" });
    return { status: 200, body: { id } };
  },
);

const sendEvent = routeWithBody(
  {
    method: "POST",
    path: "/runs/{id}/events/{name}",
    operationId: "sendEvent",
    summary: "Send an event into a run",
    id: RUN_ID,
    name: "Name of the event",
    idempotencyKey:
      "The same event sent again with the same key arrives once, and for five minutes also when the run has begun another round by continueAsNew",
    query: shape.NoQuery,
    body: shape.EventValue,
    replies: {
      202: { description: "The run has it", schema: shape.NamedRun },
      ...NOT_JSON,
      404: NO_RUN,
      409: { description: "The run has finished" },
      413: { description: "The body is over 4 MB, or the value over 1 MB after compression" },
      422: { description: "The name or the key is not valid, or the value cannot be recorded" },
      429: { description: "The run has too many events waiting; send again later" },
    },
  },
  async (context, { id, name, idempotencyKey, body }) => {
    await findRun(context, id).send({ name, schema: undefined }, body, { idempotencyKey });
    return { status: 202, body: { id } };
  },
);

/** What changes runs that are there. */
export const CONTROL_ROUTES: readonly Route[] = [
  cancelRun,
  terminateRun,
  pauseRun,
  resumeRun,
  forkRun,
  deleteRun,
  sendEvent,
];
