import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { UsageError } from "./cli-error.ts";

/** Names that a project's configuration may have. */
const NAMES = ["ts", "mts", "js", "mjs"].map((extension) => `savepoint.config.${extension}`);

/**
 * Absolute path of the configuration of the project in a folder; undefined when it has none. Folders above
 * are not looked at: where a command is called decides which stack it is for.
 */
export const projectConfig = (folder: string): string | undefined =>
  NAMES.map((name) => join(folder, name)).find((path) => existsSync(path));

/**
 * Absolute path of a file that a person has named.
 * @throws UsageError when there is no such file
 */
export function namedConfig(folder: string, file: string): string {
  const path = resolve(folder, file);
  if (statSync(path, { throwIfNoEntry: false })?.isFile()) return path;
  throw new UsageError(`there is no file ${path}; name one that exports workflows`);
}
