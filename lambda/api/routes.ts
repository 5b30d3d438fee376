import { BULK_ROUTES } from "./bulk-routes.ts";
import { CONTROL_ROUTES } from "./control-routes.ts";
import { findRun } from "./find-run.ts";
import { jsonView } from "./json-view.ts";
import { listOptions } from "./list-options.ts";
import { route, routeWithBody, type Route } from "./route.ts";
import * as shape from "./schemas.ts";
import { TOKEN_ROUTES } from "./token-routes.ts";

const NO_RUN = { description: "There is no such run" };
const INVALID = { description: "A field is not valid; `details.issues` says which" };
const RUN_ID = "Id of the run";

/** Starts a run, or joins the one of that id. */
const startRun = routeWithBody(
  {
    method: "POST",
    path: "/runs/{id}",
    operationId: "startRun",
    summary: "Start a run of a workflow",
    id: "Name of the workflow",
    query: shape.NoQuery,
    body: shape.StartRun,
    replies: {
      202: { description: "Started", schema: shape.RunStanding },
      200: { description: "It was started before, with the same input", schema: shape.RunStanding },
      400: { description: "The body is not JSON" },
      404: { description: "There is no such workflow" },
      409: { description: "A run of that id exists with another workflow or input" },
      413: { description: "The body is over 4 MB, or the input over 1 MB after compression" },
      415: { description: "The body is not declared as application/json" },
      422: INVALID,
    },
  },
  async ({ savepoint }, { id: workflow, body: { input, id, ...rest } }) => {
    const options = id === undefined ? rest : { ...rest, id };
    const started = await savepoint.startByName(workflow, input, options);
    const { run, created } = started;
    const status = created ? "queued" : await run.status();
    const headers = { location: `/runs/${run.id}` };
    return { status: created ? 202 : 200, headers, body: { id: run.id, status } };
  },
);

/** Lists runs, newest first. */
const listRuns = route(
  {
    method: "GET",
    path: "/runs",
    operationId: "listRuns",
    summary: "List runs, newest first",
    query: shape.ListQuery,
    replies: { 200: { description: "One page", schema: shape.RunPage }, 422: INVALID },
  },
  async ({ savepoint }, { query }) => ({
    status: 200,
    body: await savepoint.list(listOptions(query)),
  }),
);

/** Shows one run, waiting for its end when asked to. */
const getRun = route(
  {
    method: "GET",
    path: "/runs/{id}",
    operationId: "getRun",
    summary: "Get a run, or wait for it to finish",
    id: RUN_ID,
    query: shape.RunQuery,
    replies: {
      200: { description: "The run as it stands", schema: shape.Run },
      404: NO_RUN,
      422: INVALID,
    },
  },
  async (context, { id, query: { wait = 0 }, signal }) => {
    const run = findRun(context, id);
    const shown = wait > 0 ? run.wait({ timeout: wait * 1_000, signal }) : run.describe();
    return { status: 200, body: jsonView(await shown) };
  },
);

/** Shows what a run has recorded. */
const getHistory = route(
  {
    method: "GET",
    path: "/runs/{id}/history",
    operationId: "getHistory",
    summary: "Get the recorded operations of a run, settled ones first, in their order",
    id: RUN_ID,
    query: shape.NoQuery,
    replies: { 200: { description: "The operations", schema: shape.History }, 404: NO_RUN },
  },
  async (context, { id }) => ({
    status: 200,
    body: { operations: await findRun(context, id).history() },
  }),
);

/** Values of a page: with the first page's run it stays below the 6 MB of a reply of Lambda's. */
const EXPORT_PAGE_BYTES = 1_000_000;

/** Gives all that a run has recorded, to be kept and replayed. */
const exportRun = route(
  {
    method: "GET",
    path: "/runs/{id}/export",
    operationId: "exportRun",
    summary: "Get everything that a run has recorded, page by page",
    id: RUN_ID,
    query: shape.ExportQuery,
    replies: {
      200: { description: "One page; the first has the run", schema: shape.HistoryPage },
      404: NO_RUN,
      409: { description: "The run has begun another history since the first page" },
      422: INVALID,
    },
  },
  async (context, { id, query: { cursor } }) => ({
    status: 200,
    body: await findRun(context, id).exportPage({ bytesMax: EXPORT_PAGE_BYTES, cursor }),
  }),
);

const getHealth = route(
  {
    method: "GET",
    path: "/health",
    operationId: "getHealth",
    summary: "Tell that the API is alive, and its version",
    query: shape.NoQuery,
    replies: { 200: { description: "Alive", schema: shape.Health } },
  },
  async ({ version }) => ({ status: 200, body: { status: "ok", version } }),
);

/** Every route of the API but the OpenAPI document itself, which is made from them. */
export const ROUTES: readonly Route[] = [
  startRun,
  listRuns,
  getRun,
  getHistory,
  exportRun,
  ...CONTROL_ROUTES,
  ...BULK_ROUTES,
  ...TOKEN_ROUTES,
  getHealth,
];
