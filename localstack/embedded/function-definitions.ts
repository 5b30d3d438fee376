import { join } from "node:path";
import { descriptor, type FunctionName } from "../../infra/descriptor.ts";
import type { FunctionCode, FunctionSource } from "./bundle.ts";
import { bundleOnce } from "./bundle-cache.ts";
import type { FunctionDefinition } from "./lambda-host/function-environment.ts";

/** Something for each function. */
export type PerFunction<T> = Readonly<Record<FunctionName, T>>;

/**
 * Calls of the API and sweeps that run at the same time; further ones wait. A call that waits for a
 * run holds its process for up to 20 s.
 */
const MAX_PROCESSES = { api: 10, sweeper: 2 } as const;

/** The product's functions for the workflows of a configuration. */
export const functionsFor = (config: string): PerFunction<FunctionSource> => ({
  worker: { role: "worker", config },
  api: { role: "api", config },
  sweeper: { role: "sweeper", config },
});

/**
 * Bundles every function below a folder, at the same time; those whose sources have not changed since
 * the last time are taken as they are.
 */
export async function bundleFunctions(
  directory: string,
  sources: PerFunction<FunctionSource>,
): Promise<PerFunction<FunctionCode>> {
  const [worker, api, sweeper] = await Promise.all([
    bundleOnce(sources.worker, join(directory, "worker")),
    bundleOnce(sources.api, join(directory, "api")),
    bundleOnce(sources.sweeper, join(directory, "sweeper")),
  ]);
  return { worker, api, sweeper };
}

/** What the Lambda host needs to know of the functions. */
export function functionDefinitions(
  bundles: PerFunction<FunctionCode>,
  options: {
    /** Variables of a function, given the SHA-256 of its bundle. */
    readonly environment: (code: string) => Readonly<Record<string, string>>;
    /** Worker processes at a time. */
    readonly workerConcurrency: number;
    /** Instead of the descriptor's timeout of the worker. */
    readonly workerTimeoutSeconds?: number | undefined;
  },
): PerFunction<FunctionDefinition> {
  const maxProcesses = { ...MAX_PROCESSES, worker: options.workerConcurrency };
  const define = (name: FunctionName, timeoutSeconds: number): FunctionDefinition => ({
    directory: bundles[name].directory,
    timeoutMs: timeoutSeconds * 1000,
    memoryMb: descriptor.functions[name].memoryMb,
    environment: options.environment(bundles[name].sha256),
    maxProcesses: maxProcesses[name],
  });
  const { worker, api, sweeper } = descriptor.functions;
  return {
    worker: define("worker", options.workerTimeoutSeconds ?? worker.timeoutSeconds),
    api: define("api", api.timeoutSeconds),
    sweeper: define("sweeper", sweeper.timeoutSeconds),
  };
}
