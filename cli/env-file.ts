import { statSync } from "node:fs";
import { join, resolve } from "node:path";
import { readEnvFile } from "../localstack/embedded/env-file.ts";
import { CliError } from "./cli-error.ts";
import type { Host } from "./host.ts";
import { projectFolder } from "./project-folder.ts";
import type { StackInfo } from "./stack-control.ts";

/**
 * Absolute path of the file with the variables for workflows: the one that was named, else `.env` in the folder of
 * a project that has one. The research app has none by itself.
 * @param config the configuration that is to run; undefined for the research app's
 */
export function envFileFor(
  { cwd }: Pick<Host, "cwd">,
  named: string | undefined,
  config: string | undefined,
): string | undefined {
  if (named !== undefined) return resolve(cwd, named);
  const own = join(projectFolder(cwd), ".env");
  // A folder of that name is somebody else's, such as Python's.
  const isThere = statSync(own, { throwIfNoEntry: false })?.isFile() === true;
  return config !== undefined && isThere ? own : undefined;
}

/**
 * Reads it here, where a person sees what is wrong with it, before a stack does.
 * @throws CliError
 */
export function assertEnvFile(path: string): void {
  try {
    readEnvFile(path);
  } catch (error) {
    throw new CliError((error as Error).message, { cause: error });
  }
}

/**
 * Makes sure that a stack was started with the file that was named: it reads none later.
 * @throws CliError
 */
export function assertStartedWith(
  { envFile }: StackInfo,
  directory: string,
  { cwd }: Pick<Host, "cwd">,
  named: string | undefined,
): void {
  if (named === undefined || resolve(cwd, named) === envFile) return;
  const how = envFile === undefined ? "without a file of variables" : `with those of ${envFile}`;
  throw new CliError(
    `the stack in ${directory} was started ${how}; end it with savepoint dev --stop, and try again`,
  );
}
