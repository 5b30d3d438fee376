import { AsyncLocalStorage } from "node:async_hooks";
import type {
  APIGatewayProxyEvent,
  APIGatewayProxyResult,
  Context as LambdaContext,
  ScheduledEvent,
  SQSBatchResponse,
  SQSEvent,
} from "aws-lambda";
import { createApi } from "../api/create-api.ts";
import { type ConnectOptions, openDeployment } from "../client/connect.ts";
import { createSavepoint } from "../client/savepoint.ts";
import { jsonLog } from "../core/log.ts";
import { systemClock } from "../core/clock.ts";
import { ENV } from "../core/environment.ts";
import type { Whereabouts } from "../engine/dependencies.ts";
import { guardRejections } from "../engine/rejection-guard.ts";
import { settingsFromEnvironment } from "../engine/settings.ts";
import { sweep, type SweepReport } from "../engine/sweeper.ts";
import { createBatchHandler } from "../engine/worker.ts";
import { allTelemetry, type Telemetry } from "../engine/telemetry.ts";
import { type Workflow, workflowsByName } from "../engine/workflow.ts";
import { openEngineStore } from "../store/engine-store.ts";
import { openStore } from "../store/store.ts";
import type { SavepointConfig } from "./config.ts";
import type { RunMetrics } from "./metrics.ts";
import { logRequest } from "./request-log.ts";
import { smoke } from "./smoke.ts";
import { proxyResult, requestFrom } from "./proxy-event.ts";
import { type ScheduledStart, scheduledRunId } from "./scheduled-start.ts";

/** What a Lambda entry is composed of. */
export interface EntryOptions extends ConnectOptions, SavepointConfig {}

const stdout = jsonLog(
  (line) => process.stdout.write(`${line}\n`),
  () => systemClock.now(),
);

/** Every workflow of a deployment, by its name. */
const deployed = ({ workflows }: SavepointConfig): ReadonlyMap<string, Workflow> =>
  workflowsByName([...workflows, smoke]);

/**
 * The worker's handler: `export const handler = createWorker({ workflows: [research] })`. It reads
 * table, queue and lease from the environment; see ENV in core/environment.ts.
 * @throws InvalidArgumentError when two workflows share a name, or the environment is incomplete
 */
export function createWorker(
  options: EntryOptions,
): (event: SQSEvent, context: LambdaContext) => Promise<SQSBatchResponse> {
  const where = new AsyncLocalStorage<Whereabouts>();
  const deployment = openDeployment({ log: stdout, ...options }, openEngineStore);
  guardRejections(where, deployment.log);
  const settings = settingsFromEnvironment(process.env);
  const workflows = deployed(options);
  const handlerWith = (telemetry: Telemetry | undefined) =>
    createBatchHandler({ ...deployment, where, telemetry, settings, workflows });
  // Loaded only where metrics are read.
  const counting = process.env[ENV.metrics] === "emf" ? import("./metrics.ts") : undefined;
  // Whoever is invoked first is told if it fails; until then it is no unhandled rejection.
  counting?.catch(() => undefined);
  let made: { metrics: RunMetrics | undefined; handle: ReturnType<typeof handlerWith> } | undefined;
  return async (event, context) => {
    const metrics = made
      ? made.metrics
      : (await counting)?.runMetrics(process.env[ENV.table] ?? "");
    const told = [options.telemetry, metrics?.telemetry].filter((one) => one !== undefined);
    made ??= {
      metrics,
      handle: handlerWith(told.length > 0 ? allTelemetry(told) : undefined),
    };
    try {
      return await made.handle(event, context);
    } finally {
      metrics?.publish();
    }
  };
}

/**
 * The sweeper's handler: each minute it re-sends hints nobody acted on; an event with `start`
 * starts a scheduled run instead, once a tick however often it fires. A sweep that can read nothing, or wake none of what is due, fails.
 * @throws InvalidArgumentError when two workflows share a name, or the environment is incomplete
 */
export function createSweeper(
  options: EntryOptions,
): (event: ScheduledEvent | ScheduledStart) => Promise<SweepReport | { readonly run: string }> {
  const deployment = openDeployment({ log: stdout, ...options }, openStore);
  const savepoint = createSavepoint(deployment, deployed(options));
  return async (event) => {
    if ("start" in event) {
      const { workflow, input } = event.start;
      const id = scheduledRunId(event.start);
      const { run } = await savepoint.startByName(workflow, input, { id, isInternalId: true });
      return { run: run.id };
    }
    const report = await sweep(deployment);
    if (report.looked > 0) deployment.log.info("swept", { ...report });
    return report;
  };
}

/**
 * The API's handler, behind API Gateway's REST proxy integration, whose authorizer decides who may
 * call it.
 * @throws InvalidArgumentError when two workflows share a name, or the environment is incomplete
 */
export function createApiHandler(
  options: EntryOptions,
): (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult> {
  const deployment = openDeployment({ log: stdout, ...options }, openStore);
  const savepoint = createSavepoint(deployment, deployed(options));
  const version = process.env[ENV.code] ?? "unversioned";
  const corsOrigins = (process.env[ENV.corsOrigins] ?? "").split(",").filter(Boolean);
  const api = createApi({ savepoint, version, log: deployment.log, corsOrigins });
  return async (event) => {
    const request = requestFrom(event);
    const response = await api.fetch(request);
    const result = await proxyResult(response);
    const { status, headers } = response;
    const answer = { status, passedOn: result.statusCode, location: headers.get("location") };
    logRequest(deployment.log, event, request, answer);
    return result;
  };
}
