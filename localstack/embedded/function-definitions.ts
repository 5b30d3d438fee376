import { join } from "node:path";
import { descriptor, type FunctionDescriptor, type FunctionName } from "../../infra/descriptor.ts";
import type { FunctionCode } from "./bundle.ts";
import { bundleOnce } from "./bundle-cache.ts";
import type { FunctionDefinition } from "./lambda-host/function-environment.ts";

/** Something for each function. */
export type PerFunction<T> = Readonly<Record<FunctionName, T>>;

/**
 * Calls of the API and sweeps that run at the same time; further ones wait. A call that waits for a
 * run holds its process for up to 20 s.
 */
const MAX_PROCESSES = { api: 10, sweeper: 2 } as const;

/**
 * Bundles every function below a folder, at the same time; those whose sources have not changed since
 * the last time are taken as they are.
 * @param entries source files to take instead of the descriptor's
 */
export function bundleFunctions(
  directory: string,
  entries: Partial<PerFunction<string>>,
): Promise<PerFunction<FunctionCode>> {
  return perFunction((name, { entry }) =>
    bundleOnce(entries[name] ?? entry, join(directory, name)),
  );
}

/** What the Lambda host needs to know of the functions. */
export function functionDefinitions(
  bundles: PerFunction<FunctionCode>,
  options: {
    /** Variables of a function, by the SHA-256 of its bundle. */
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

async function perFunction<T>(
  make: (name: FunctionName, described: FunctionDescriptor) => Promise<T>,
): Promise<PerFunction<T>> {
  const { worker, api, sweeper } = descriptor.functions;
  const [forWorker, forApi, forSweeper] = await Promise.all([
    make("worker", worker),
    make("api", api),
    make("sweeper", sweeper),
  ]);
  return { worker: forWorker, api: forApi, sweeper: forSweeper };
}
