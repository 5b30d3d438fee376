import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { UsageError } from "./cli-error.ts";
import { CONFIG_NAMES, projectFolder } from "./project-folder.ts";

/** Absolute path of the configuration of the project that a working folder is in; undefined when it has none. */
export const projectConfig = (cwd: string): string | undefined =>
  CONFIG_NAMES.map((name) => join(projectFolder(cwd), name)).find((path) => existsSync(path));

/**
 * Absolute path of a file that a person has named.
 * @throws UsageError when there is no such file
 */
export function namedConfig(folder: string, file: string): string {
  const path = resolve(folder, file);
  if (statSync(path, { throwIfNoEntry: false })?.isFile()) return path;
  throw new UsageError(`there is no file ${path}; name one that exports workflows`);
}
