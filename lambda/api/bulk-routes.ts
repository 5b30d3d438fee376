import type * as z from "zod";
import type { BulkAction, BulkActions } from "../core/bulk.ts";
import { listOptions } from "./list-options.ts";
import { type Route, routeWithBody } from "./route.ts";
import * as shape from "./schemas.ts";

/** A route that does something to one page of the runs that its query lets through. */
const bulk = <Action extends BulkAction>(
  action: Action,
  {
    summary,
    body,
    idempotencyKey,
  }: {
    readonly summary: string;
    readonly body: z.ZodType<Omit<BulkActions[Action], "dryRun" | "idempotencyKey">>;
    /** What the header does; absent when it does nothing. */
    readonly idempotencyKey?: string;
  },
): Route =>
  routeWithBody(
    {
      method: "POST",
      path: `/bulk/${action}`,
      operationId: `${action}Runs`,
      summary,
      ...(idempotencyKey !== undefined && { idempotencyKey }),
      query: shape.BulkQuery,
      body,
      isBodyOptional: true,
      replies: {
        200: { description: "What came of it, for one page of them", schema: shape.BulkPage },
        400: { description: "The body is not JSON" },
        415: { description: "The body is not declared as application/json" },
        422: { description: "A field is not valid, or there is neither `workflow` nor `status`" },
      },
    },
    async ({ savepoint }, { query, body: details, idempotencyKey: key }) => {
      const { dryRun, ...list } = query;
      const options = {
        ...details,
        dryRun: dryRun === "true",
        ...(idempotencyKey !== undefined && key !== undefined && { idempotencyKey: key }),
      } as BulkActions[Action];
      return {
        status: 200,
        body: await savepoint.bulkPage(action, listOptions(list), options),
      };
    },
  );

/** What is done to all runs that a filter lets through, page by page. */
export const BULK_ROUTES: readonly Route[] = [
  bulk("cancel", { summary: "Ask many runs to end", body: shape.EndRun }),
  bulk("resume", {
    summary: "Let many runs go on that are paused, blocked, failed or cancelled",
    body: shape.NoFields,
  }),
  bulk("fork", {
    summary: "Start new runs from copies of what many runs have recorded",
    body: shape.ForkRuns,
    idempotencyKey: "With the same key each run is forked once, however often it is asked for",
  }),
  bulk("delete", {
    summary: "Delete many runs that have finished, and all that they have recorded",
    body: shape.DeleteRuns,
  }),
];
