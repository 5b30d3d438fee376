import { readdirSync, readFileSync } from "node:fs";
import { ENV } from "../../lambda/core/environment.ts";

/**
 * Processes of the worker that an emulator has started, by their ids.
 * @param table name of the deployment's table
 */
export function workerPids(table: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const variables = environmentOf(pid);
      return (
        variables.includes(`${ENV.metrics}=emf`) && variables.includes(`${ENV.table}=${table}`)
      );
    });
}

/** Empty for a process that has ended meanwhile, or is another's. */
function environmentOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
  } catch {
    return [];
  }
}
